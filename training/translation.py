"""Train a Marian of about ten million parameters, French to English, from nothing.

python -m training translation --data FOLDER --state FOLDER --minutes 95
"""

import random
import re

import torch
from transformers import MarianTokenizer

from helpers.padding import batches_by_length, pad
from training import folder, loop, marian, state
from training.streams import Stream

SEED = 20
SETS = {"fren/tatoeba_2019": 1, "fren/tico19": 3, "fren/pud": 3}  # and how often a pass has each
NAMES = ("ner/wikigold_first80", "ner/uner_pud", "ner/uner_ewt_train", "ner/crossner_train")
TOKENS_PER_BATCH = 768
SHORT = 6  # English words at most in the first pass: short pairs teach which word stands for which
PASS = 60_000  # pairs
JOINED = 0.15  # of the pairs become part of a text of several
NAMED = 0.25  # of the pairs with a shared name get another
RATE = 8e-4
SMOOTH = 0.1


def pairs(data):
    """`(development, training)`, lists of (French, English); no side of a development pair stands
    in training.
    """
    read = {name: [(row["fr"], row["en"]) for row in folder.rows(data, name)] for name in SETS}
    development = set(folder.part(read["fren/tatoeba_2019"], 0.004)[0])
    french, english = ({pair[side] for pair in development} for side in (0, 1))
    kept = [
        pair
        for name, times in SETS.items()
        for pair in times * read[name]
        if pair[0] not in french and pair[1] not in english
    ]
    return sorted(development), kept


def names(data):
    """Names of people, organisations and places, as the entity sets write them, up to three words
    long.
    """
    found = set()
    for row in folder.rows(data, *NAMES):
        joined = " ".join(
            token if tag == "O" else f"\0{token}"
            for token, tag in zip(row["tokens"], row["tags"], strict=False)
        )
        found |= {
            run.replace("\0", "")
            for run in re.findall(r"\0[A-Z][\w.-]+(?: \0[A-Z][\w.-]+){0,2}(?! \0)", joined)
        }
    return sorted(found)


def name_like(text):
    """Words with a capital inside a sentence, and Tom, of whom Tatoeba is full, anywhere."""
    return set(re.findall(r"(?<=[\w,] )[A-Z]\w+|\bTom\b", text))


def rename(pair, others, rng):
    """Put another name for one that both sides have once: a model learns to copy names."""
    french, english = pair
    shared = name_like(english) & name_like(french)
    once = sorted(name for name in shared if french.count(name) == english.count(name) == 1)
    if not once:
        return pair
    old, new = rng.choice(once), rng.choice(others)
    return french.replace(old, new), english.replace(old, new)


def one_pass(clean, others, rng):
    """The pairs of one pass: some with another name, some joined to texts of two to five, so that
    long texts occur.
    """
    changed = [rename(pair, others, rng) if rng.random() < NAMED else pair for pair in clean]
    rng.shuffle(changed)
    texts = []
    while changed:
        size = rng.randint(2, 5) if rng.random() < JOINED / 3 else 1
        texts.append(tuple(" ".join(side) for side in zip(*changed[-size:], strict=False)))
        del changed[-size:]
    return texts


def loss(model, batch, filler):
    """Cross-entropy of the English pieces, a tenth of the target spread over all. `batch`: (French
    ids, English ids).
    """
    source, source_mask = pad([french for french, _ in batch], filler)
    target, target_mask = pad([english for _, english in batch], filler)
    shifted = target.roll(1, dims=1)
    shifted[:, 0] = filler
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(
            input_ids=source, attention_mask=source_mask, decoder_input_ids=shifted
        ).last_hidden_state
        logits = model.lm_head(hidden[target_mask.bool()])
    return Smoothed.apply(logits, target[target_mask.bool()])


class Smoothed(torch.autograd.Function):
    """F.cross_entropy(…, label_smoothing=0.1) with few passes over [tokens, pieces]: a fifth of a
    step saved.
    """

    @staticmethod
    def forward(ctx, logits, target):
        normal = logits.float().logsumexp(dim=1)
        ctx.save_for_backward(logits, normal, target)
        right = logits.gather(1, target[:, None]).squeeze(1).float()
        return (
            normal - (1 - SMOOTH) * right - SMOOTH * logits.mean(dim=1, dtype=torch.float32)
        ).mean()

    @staticmethod
    def backward(ctx, above):
        logits, normal, target = ctx.saved_tensors
        change = (logits - normal[:, None].to(logits.dtype)).exp_().sub_(SMOOTH / logits.shape[1])
        change[torch.arange(len(target)), target] -= 1 - SMOOTH
        return change.mul_(above / len(target)), None


def encode(texts, tokenizer):
    """Ids of both sides, at most 128 each."""
    french = tokenizer([pair[0] for pair in texts], truncation=True, max_length=128)["input_ids"]
    english = tokenizer(text_target=[pair[1] for pair in texts], truncation=True, max_length=128)[
        "input_ids"
    ]
    return list(zip(french, english, strict=False))


def translate(texts, tokenizer, model, beams=4, tokens=4096):
    """English for French, in the same order; texts of like length share a batch."""
    ids = tokenizer(texts, truncation=True, max_length=256)["input_ids"]
    answers = [""] * len(texts)
    for group in batches_by_length([len(row) for row in ids], tokens):
        source, mask = pad([ids[i] for i in group], tokenizer.pad_token_id)
        written = model.generate(
            input_ids=source,
            attention_mask=mask,
            num_beams=beams,
            max_new_tokens=2 * source.shape[1] + 10,
        )
        for i, text in zip(
            group, tokenizer.batch_decode(written, skip_special_tokens=True), strict=False
        ):
            answers[i] = text
    return answers


def batches(clean, others, tokenizer):
    """Endless batches of pairs and names; the first pass has the short pairs only."""

    def items(number):
        rng = random.Random(f"{SEED} {number}")
        fitting = [p for p in clean if len(p[1].split()) <= SHORT] if number == 0 else clean
        some = rng.sample(fitting, min(PASS, len(fitting)))
        return encode(one_pass(some, others, rng), tokenizer)

    return Stream(items, lambda pair: max(map(len, pair)), TOKENS_PER_BATCH, SEED)


def show(pairs, tokenizer, model):
    """Print what a few pairs become so far."""
    answers = translate([french for french, _ in pairs], tokenizer, model, beams=1)
    for (french, english), answer in zip(pairs, answers, strict=True):
        print(f"  {french} → {answer} ({english})")


def train(data, place, minutes, wall=None):
    """Train until state.Clock of `minutes` and `wall` ends, and go on from `place`; the model is in
    `place/marian-fr-en`.
    """
    torch.manual_seed(SEED)
    target, saved = place / "marian-fr-en", state.load(place / "translation.pt")
    development, clean = pairs(data)
    if saved:
        tokenizer = MarianTokenizer.from_pretrained(target)
    else:
        tokenizer = marian.make_tokenizer(clean, target)
    model, others = marian.make_model(tokenizer), names(data)
    numbers = sum(p.numel() for p in model.parameters())
    print(f"{numbers:,} parameters, {len(clean):,} pairs, {len(others):,} names", flush=True)
    stream = batches(clean, others, tokenizer)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )

    def step():
        batch = stream.next()
        tokens = sum(len(f) + len(e) for f, e in batch)
        return "translation", loss(model, batch, tokenizer.pad_token_id), tokens, len(batch)

    def check():
        show(development[:: len(development) // 4], tokenizer, model)
        marian.save(model, tokenizer, target)

    loop.run(
        model,
        optimizer,
        step,
        check,
        saved,
        place / "translation.pt",
        minutes,
        wall,
        get=lambda: {"place": stream.place()},
        put=lambda kept: stream.go_to(kept["place"]),
    )
