"""What training reads: windows of reviews, rated sentences, hidden tokens."""

from typing import NamedTuple

import torch
from tqdm.auto import tqdm

from training import data

MASK_RATE = 0.2
SHARPNESS = 2.5  # a rating r becomes the target probability sigmoid(SHARPNESS * r) of POSITIVE


class Item(NamedTuple):
    ids: list
    target: float | None  # probability of POSITIVE; None: no sentiment known
    masked: bool  # hide tokens and predict them?


def windows(reviews, tokenizer, rng, sizes):
    """Cut reviews into runs of whole sentences, each of at most a size drawn from `sizes`, special
    tokens included.
    """
    items = []
    for start in tqdm(range(0, len(reviews), 1000), desc="tokenizing", unit="k reviews"):
        part = reviews[start : start + 1000]
        cut = [data.sentences(review.text) for review in part]
        ids = iter(
            tokenizer([s for sentences in cut for s in sentences], add_special_tokens=False)[
                "input_ids"
            ]
        )
        for review, sentences in zip(part, cut, strict=False):
            size, window = rng.choice(sizes), []
            for sentence in [next(ids) for _ in sentences] + [None]:
                if window and (sentence is None or len(window) + len(sentence) > size - 2):
                    items.append(item(window[: size - 2], review.rating, tokenizer, masked=True))
                    size, window = rng.choice(sizes), []
                window = window + (sentence or [])
    return items


def item(ids, rating, tokenizer, masked):
    target = None if rating is None else torch.sigmoid(torch.tensor(SHARPNESS * rating)).item()
    return Item([tokenizer.cls_token_id, *ids, tokenizer.sep_token_id], target, masked)


def texts(examples, tokenizer, max_length, masked=False):
    ids = tokenizer(
        [e.text for e in examples],
        add_special_tokens=False,
        truncation=True,
        max_length=max_length - 2,
    )
    return [
        item(row, e.rating, tokenizer, masked)
        for row, e in zip(ids["input_ids"], examples, strict=False)
    ]


def mask_tokens(input_ids, candidates, tokenizer, generator):
    """Hide tokens as BERT does: of those chosen 80 % become [MASK], 10 % a random token, 10 % stay
    (Devlin et al., 2019).

    `input_ids`, `candidates`: [batch, length], ids and where masking is allowed. Returns `(inputs,
    chosen)` alike.
    """
    draw = torch.rand(input_ids.shape, generator=generator)
    chosen = (draw < MASK_RATE) & candidates
    inputs = input_ids.clone()
    inputs[chosen & (draw < 0.8 * MASK_RATE)] = tokenizer.mask_token_id
    random_ids = torch.randint(1000, tokenizer.vocab_size, input_ids.shape, generator=generator)
    replaced = chosen & (draw >= 0.9 * MASK_RATE)
    inputs[replaced] = random_ids[replaced]
    return inputs, chosen
