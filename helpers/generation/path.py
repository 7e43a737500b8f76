"""A text that grows by one token at a time: what a draw or the reader takes."""

import itertools
from typing import Any, NamedTuple

import torch
from transformers import PreTrainedModel

from helpers.generation import decoding

BESIDE = 2  # tokens that were not taken, kept with each step: the most probable ones


class Move(NamedTuple):
    """One step of the reader: a draw with these settings, or the token `pick`, filtered or not."""

    t: float
    k: int  # 0: off
    p: float  # 1: off
    pick: int | None = None


class Step(NamedTuple):
    """What a move took, and what it left aside."""

    token: int
    probability: float  # of being drawn
    others: list  # of (token, probability): at most BESIDE
    move: Move


class Place(NamedTuple):
    """Where a path stands: its ids, the steps to it, the state before the next draw."""

    ids: tuple
    steps: tuple
    random_state: torch.Tensor
    logits: torch.Tensor  # float32 [vocabulary], of the next token


class Reader:
    """Logits of what follows ids. The model reads only what differs from the ids before."""

    def __init__(self, model: PreTrainedModel):
        self.model, self.cache = model, None
        self.ids: tuple = ()

    def __call__(self, ids: tuple) -> torch.Tensor:
        """Logits of the token after `ids`, float32 [vocabulary]."""
        pairs = zip(ids[:-1], self.ids, strict=False)
        known = len([*itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)])
        cache: Any = self.cache
        if cache and (surplus := cache.get_seq_length() - known):
            cache.crop(-surplus)
        new = torch.tensor([ids[known:]])
        with torch.inference_mode():
            output = self.model(new, past_key_values=cache, use_cache=True, logits_to_keep=1)
        self.ids, self.cache = ids, output.past_key_values
        return output.logits[0, -1].float()


def begin(ids: tuple, seed: int, read: Reader) -> Place:
    """The place after a prompt, before the first draw of `torch.manual_seed(seed)`."""
    return Place(ids, (), torch.Generator().manual_seed(seed).get_state(), read(ids))


def follow(place: Place, move: Move, read: Reader) -> Place:
    """The place after one more token: the one that `torch.multinomial` draws, or the picked one.

    A pick uses up no draw. Raises ValueError as the filters do.
    """
    probabilities = filtered(place.logits, move).softmax(dim=-1)
    generator, token = torch.Generator(), move.pick
    generator.set_state(place.random_state)
    if token is None:
        token = int(torch.multinomial(probabilities, 1, generator=generator))
    best = probabilities.topk(BESIDE + 1)
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    others = [(other, p) for other, p in pairs if other != token and p > 0][:BESIDE]
    step = Step(token, probabilities[token].item(), others, move)
    ids = (*place.ids, token)
    return Place(ids, (*place.steps, step), generator.get_state(), read(ids))


def filtered(logits: torch.Tensor, move: Move) -> torch.Tensor:
    """Logits [vocabulary] after temperature, top-k, top-p, in the library's order."""
    logits = decoding.temperature(logits, move.t)
    logits = decoding.top_k(logits, move.k) if move.k else logits
    return decoding.top_p(logits, move.p) if move.p < 1 else logits
