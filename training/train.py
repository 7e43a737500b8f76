"""Train the embedded checkpoint: one DistilBERT body with a sentiment head and a masked-LM head.

    python -m training.train OUTPUT_FOLDER [STAGE ...]

Three stages, each one pass over its own mixture of batches, each starting from what the one before
it saved. `adapt`: windows of IMDB reviews with masked tokens; the body learns the language of
reviews for the masked-LM head and, from the reviews' labels, for the sentiment head. `focus`: rated
sentences for the sentiment head, long windows so that it keeps what it knows of reviews, and single
sentences for the masked-LM head. `polish`: a little of all that, with a few sentences about
waiting, wishing and courses, of which reviews have hardly any; twice, and the mean of both weights.
"""

import argparse
import random
import time
from pathlib import Path

import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from helpers.padding import batches_by_length, pad
from training import data, minilm
from training.heads import Heads, config, load, save, set_dropout
from training.items import mask_tokens, texts, windows

SEED = 20
TOKENS_PER_BATCH = 2048


def batch_loss(heads, items, tokenizer, generator):
    """Masked-LM loss plus sentiment loss of one batch, each where the batch has it, and both as
    numbers.
    """
    input_ids, attention_mask = pad([i.ids for i in items], tokenizer.pad_token_id)
    inputs, chosen = input_ids, None
    if items[0].masked:
        ordinary = (input_ids != tokenizer.cls_token_id) & (input_ids != tokenizer.sep_token_id)
        inputs, chosen = mask_tokens(
            input_ids, ordinary & attention_mask.bool(), tokenizer, generator
        )
    with torch.autocast("cpu", torch.bfloat16):
        hidden = heads.masked_lm.distilbert(inputs, attention_mask=attention_mask).last_hidden_state
        losses = {}
        if chosen is not None and chosen.any():
            model = heads.masked_lm
            predicted = model.vocab_layer_norm(
                model.activation(model.vocab_transform(hidden[chosen]))
            )
            losses["masked-lm"] = F.cross_entropy(
                model.vocab_projector(predicted).float(), input_ids[chosen]
            )
        if items[0].target is not None:
            model = heads.sentiment
            logits = model.classifier(model.dropout(torch.relu(model.pre_classifier(hidden[:, 0]))))
            positive = torch.tensor([i.target for i in items])
            losses["sentiment"] = F.cross_entropy(
                logits.float(), torch.stack([1 - positive, positive], dim=1)
            )
    return sum(losses.values()), {name: loss.item() for name, loss in losses.items()}


def run(heads, items, tokenizer, rng, *, title, body_rate, head_rate, generator):
    """One pass over `items` in batches of like kind and similar length; learning rates rise for 5 %
    and fall to 0.
    """
    batches = []
    rng.shuffle(items)
    for kind in sorted({(i.masked, i.target is None) for i in items}):
        same = [i for i in items if (i.masked, i.target is None) == kind]
        batches += [
            [same[j] for j in group]
            for group in batches_by_length([len(i.ids) for i in same], TOKENS_PER_BATCH)
        ]
    rng.shuffle(batches)
    body = list(heads.masked_lm.distilbert.parameters())
    in_body = {id(p) for p in body}
    rest = [p for p in heads.parameters() if id(p) not in in_body]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": body_rate}, {"params": rest, "lr": head_rate}],
        betas=(0.9, 0.98),
        weight_decay=0.01,
        fused=True,
    )
    warm = max(1, len(batches) // 20)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / warm, (len(batches) - step) / (len(batches) - warm)),
    )
    shown = {}
    heads.train()
    with tqdm(batches, desc=title, unit="batch") as bar:
        for batch in bar:
            loss, parts = batch_loss(heads, batch, tokenizer, generator)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(heads.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            for name, value in parts.items():
                shown[name] = 0.98 * shown.get(name, value) + 0.02 * value
            bar.set_postfix({name: f"{value:.3f}" for name, value in shown.items()}, refresh=False)


def seeded():
    """Set torch's own random state; return one for shuffling and one for masking."""
    torch.manual_seed(SEED)
    return random.Random(SEED), torch.Generator().manual_seed(SEED)


def adapt(heads, tokenizer):
    rng, generator = seeded()
    items = windows(data.imdb().train, tokenizer, rng, sizes=(24, 48, 96, 128))
    set_dropout(heads, 0.0)  # the masked tokens are noise enough for a single pass
    run(
        heads,
        items,
        tokenizer,
        rng,
        title="adapt",
        body_rate=4e-4,
        head_rate=1.5e-3,
        generator=generator,
    )


def focus(heads, tokenizer):
    rng, generator = seeded()
    items = mixture(tokenizer, rng, snippet_passes=4, whole_reviews=8000, masked_reviews=8000)
    set_dropout(heads, 0.1)
    run(
        heads,
        items,
        tokenizer,
        rng,
        title="focus",
        body_rate=1e-4,
        head_rate=3e-4,
        generator=generator,
    )


def polish(heads, tokenizer):
    """Two runs from the same start, with fewer and more copies of the few short wishes; their mean
    beats either.
    """
    start = {name: tensor.clone() for name, tensor in heads.state_dict().items()}
    ends = []
    for copies in (25, 40):
        rng, generator = seeded()
        heads.load_state_dict(start)
        items = mixture(tokenizer, rng, snippet_passes=1, whole_reviews=1000, masked_reviews=4000)
        items += copies * texts(data.wishes(), tokenizer, 128)
        set_dropout(heads, 0.1)
        run(
            heads,
            items,
            tokenizer,
            rng,
            title="polish",
            body_rate=5e-5,
            head_rate=1e-4,
            generator=generator,
        )
        ends.append({name: tensor.clone() for name, tensor in heads.state_dict().items()})
    heads.load_state_dict(
        {name: torch.stack([end[name] for end in ends]).mean(dim=0) for name in start}
    )


def mixture(tokenizer, rng, snippet_passes, whole_reviews, masked_reviews):
    """Rated sentences, the beginnings of some reviews, and masked sentences of other reviews."""
    reviews = data.imdb().train
    rng.shuffle(reviews)
    rated = texts(data.snippets().train, tokenizer, 128)
    others = texts(data.rated("amazonReviewSnippets") + data.rated("tweets"), tokenizer, 128)
    whole = texts(reviews[:whole_reviews], tokenizer, 256)
    masked = windows(
        reviews[whole_reviews : whole_reviews + masked_reviews], tokenizer, rng, sizes=(16, 32, 48)
    )
    return snippet_passes * rated + others + whole + [i._replace(target=None) for i in masked]


STAGES = {stage.__name__: stage for stage in (adapt, focus, polish)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="folder for the finished checkpoint")
    parser.add_argument("stages", nargs="*", help=f"of {', '.join(STAGES)}; all when none is named")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    started = time.monotonic()
    for name in arguments.stages or STAGES:
        torch.manual_seed(SEED)  # the new heads begin with random weights
        tokenizer, heads = minilm.tokenizer(), Heads(config())
        if name == "adapt":
            heads.masked_lm.distilbert.load_state_dict(minilm.distilbert_body())
        else:
            load(heads, arguments.output)
        STAGES[name](heads, tokenizer)
        save(heads, tokenizer, arguments.output)
        print(
            f"{name} done after {(time.monotonic() - started) / 60:.0f} minutes; "
            f"saved in {arguments.output}"
        )


if __name__ == "__main__":
    main()
