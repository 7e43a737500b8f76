"""Checks of notebook 09, part 2: repairs between text and logits, and of what writes.

A slip that begins "The symptom is gone" is one that hides the fault: it shows on other input.
"""

import copy
import functools
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from transformers import (
    AutoTokenizer,
    DistilBertConfig,
    DistilBertForSequenceClassification,
)

from helpers.exercises import check_function, does, turned
from helpers.exercises.kinds import same
from helpers.your_pipeline.folders import TEXTS, folders
from helpers.your_pipeline.tiny import tiny, writer


@functools.cache
def _ids(text: str, folder: str) -> list[int]:
    return AutoTokenizer.from_pretrained(folder)(text)["input_ids"]


def _name(got: Any, wanted: Any, text: str, folder: str) -> str:
    return next(f"A model of {name}: " for name, path in folders().items() if path == folder)


@check_function(
    right=lambda text, folder: _ids(text, folder),
    case=_name,
    kinds=[(object, "return the ids of one text, a list of numbers; yours is {kind}.")],
    slips=[
        (lambda got, wanted, text, folder: got in [_ids(text, one) for one in folders().values()],
         "these are the ids of the other model's tokenizer. If one model is right now, the symptom "
         "is gone and the cause is not: load the tokenizer from the model's own folder."),
    ],
    otherwise="the ids should be {wanted}; yours are {got}. An id that is cut to fit, or left out, "
    "hides the symptom: the cause is another model's tokenizer.",
)  # fmt: skip
def own_tokenizer() -> list[tuple]:
    """9.7: `function(text, folder)` gives the ids that the model in `folder` was trained with."""
    return [(text, folder) for text in TEXTS for folder in folders().values()]


@functools.cache
def _logits(text: str, tokenizer: Any, model: Any) -> Tensor:
    with torch.no_grad():
        return model(**tokenizer(text, return_tensors="pt")).logits


def _alone(texts: list[str], tokenizer: Any, model: Any, *_: Any) -> Tensor:
    return torch.cat([_logits(text, tokenizer, model) for text in texts])


@torch.inference_mode()
def _blind(texts: list[str], tokenizer: Any, model: Any, *_: Any) -> Tensor:
    ids = tokenizer(texts, padding=True, return_tensors="pt")["input_ids"]
    return model(ids).logits.clone()


@torch.inference_mode()
def _to_the_limit(texts: list[str], tokenizer: Any, model: Any, *_: Any) -> Tensor:
    ids = tokenizer(texts, padding="max_length", max_length=64, return_tensors="pt")["input_ids"]
    return model(ids).logits.clone()


@check_function(
    right=_alone,
    case="For a batch of {texts}: ",
    slips=[
        (lambda got, wanted, *_: got.shape != wanted.shape, "one row a text, one column a label."),
        (does(_blind), "that is the broken program: nothing tells the model which ids are pads."),
        (does(_to_the_limit),
         "the symptom is gone, the cause is not: padded to one length always, a text gets the "
         "same logits in every batch, and not those it gets alone. The model needs the mask."),
        (lambda got, wanted, *_: same(got.sort(dim=0).values, wanted.sort(dim=0).values),
         "the rows are right, their order is not: put each back to its text's place."),
        (turned(lambda wanted: wanted.softmax(dim=-1)), "logits, please, as the model gives them."),
    ],
    otherwise="row by row it should be {wanted}; yours is {got}. What does each text get alone?",
)  # fmt: skip
def batch(tokenizer: Any) -> list[tuple]:
    """9.8: `function(texts, tokenizer, model)`: logits of a batch, equal to each text's alone."""
    model = tiny(DistilBertForSequenceClassification, tokenizer, ("bad", "fair", "good"))
    return [(texts, tokenizer, model) for texts in (TEXTS, TEXTS[1:], TEXTS[:1])]


_copy = functools.cache(copy.deepcopy)


def _bare(tokenizer: Any) -> Any:
    """A copy that has no pad token and pads on the right, as many have and do; always the same."""
    bare = _copy(tokenizer)
    bare.pad_token, bare.padding_side = None, "right"
    return bare


@functools.cache
def _written(ids: tuple[int, ...], model: Any, n: int) -> Tensor:
    """Prompt and `n` new ids, greedily, [1, sequence]."""
    return model.generate(torch.tensor([ids]), max_new_tokens=n, do_sample=False, eos_token_id=None)


def _each(prompts: list[str], tokenizer: Any, model: Any, *_: Any) -> list[list[int]]:
    rows = [tuple(tokenizer(prompt)["input_ids"]) for prompt in prompts]
    return [_written(ids, model, 4)[0, len(ids) :].tolist() for ids in rows]


@functools.cache
def _padded(prompts: tuple[str, ...], tokenizer: Any, model: Any, side: str, mask: bool) -> list:
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    given = tokenizer(list(prompts), padding=True, padding_side=side, return_tensors="pt")
    ids, seen = given["input_ids"], given["attention_mask"]
    how = {"max_new_tokens": 4, "do_sample": False, "eos_token_id": None}
    seen = seen if mask else torch.ones_like(seen)
    return model.generate(ids, attention_mask=seen, **how)[:, ids.shape[1] :].tolist()


def _wrong_padding(side: str, mask: bool) -> Any:
    return lambda got, wanted, prompts, tokenizer, model, _: (
        got == _padded(tuple(prompts), tokenizer, model, side, mask)
    )


@check_function(
    right=lambda prompts, tokenizer, model, _: _each(prompts, tokenizer, model),
    case="For {prompts}: ",
    slips=[
        (_wrong_padding("right", True), "that is the broken program: the pads stand on the right, "
         "and the model continues a pad."),
        (_wrong_padding("right", False), "the pads stand on the right, and there is no mask."),
        (_wrong_padding("left", False), "the side is right, but the mask is not there: pads are "
         "read as words."),
        (lambda got, wanted, *_: any(len(row) != 4 for row in got),
         "four new ids a prompt, without the prompt; yours are {got}."),
    ],
    otherwise="the new ids should be {wanted}, as each prompt gets them alone; yours are {got}.",
)  # fmt: skip
def continued(tokenizer: Any) -> list[tuple]:
    """9.9: `function(prompts, tokenizer, model)` gives a list of 4 new ids a prompt, greedily."""
    prompts = ["Rain is", "My favourite season of the year is", "The cat"]
    bare, model = _bare(tokenizer), writer(tokenizer)
    return [(some, bare, model) for some in (prompts, prompts[::-1], prompts[:1])]


def _inside(pieces: list) -> list[int]:
    return [i for piece in pieces for i in piece[1:-1]]


@check_function(
    right=lambda text, size, tokenizer, _: [[0, 0]],
    case="A text of {text:.20}…, pieces of {size}: ",
    kinds=[(object, "return a list of lists of ids; yours is {kind}.")],
    slips=[
        (lambda got, *_: not got or any(len(piece) < 3 for piece in got),
         "there is an empty piece, or none at all."),
        (lambda got, wanted, text, size, tokenizer, _: any(len(piece) > size for piece in got),
         "a piece is longer than {size} ids: [CLS] and [SEP] count."),
        (lambda got, wanted, text, size, tokenizer, _: any(
            (piece[0], piece[-1]) != (tokenizer.cls_token_id, tokenizer.sep_token_id)
            for piece in got), "each piece begins with [CLS] and ends with [SEP]."),
        (lambda got, wanted, text, size, tokenizer, _: got
         == [tokenizer(text, truncation=True, max_length=size)["input_ids"]]
         != [tokenizer(text)["input_ids"]],
         "that is the broken program: the beginning is read, and nothing says what is not."),
        (lambda got, wanted, text, size, tokenizer, _:
         _inside(got)
         != tokenizer(text, add_special_tokens=False)["input_ids"],
         "the symptom is gone, the cause may not be: put together, the pieces must be the ids of "
         "the whole text, each once, in order."),
    ],
)  # fmt: skip
def whole_text(tokenizer: Any) -> list[tuple]:
    """9.13: `function(text, size, tokenizer)`: ids of a text of any length, in pieces that fit."""
    long = "The first half is all praise. " * 8 + "Then the film stops, and so did I."
    asked = [(long, 32), (long, 11), ("Short.", 32), ("one two three four five six", 8)]
    return [(text, size, tokenizer) for text, size in asked]


@check_function(
    right=lambda ids, model, n, _: _written(tuple(ids[0].tolist()), model, n),
    case="{n} new tokens behind {ids}: ",
    slips=[
        (lambda got, wanted, ids, *_: same(got, wanted[:, ids.shape[1] :]),
         "these are the new ids alone. Return prompt and new ids, as generate() does."),
        (lambda got, wanted, ids, model, n, _: got.shape[1] != ids.shape[1] + n,
         "you return {got_shape}, and {wanted_shape} is wanted. If another prompt is right, the "
         "symptom is gone and the cause is not: max_length counts the prompt, and prompts differ."),
    ],
    otherwise="the ids should be {wanted}; yours are {got}. Greedy, please: do_sample=False.",
)  # fmt: skip
def written(tokenizer: Any) -> list[tuple]:
    """9.14: `function(ids, model, n)` returns prompt and exactly n new ids, greedily."""
    model = writer(tokenizer)
    prompts = ([[5, 9, 30, 7, 1]], [tokenizer("The cat")["input_ids"]], [list(range(100, 130))])
    return [(torch.tensor(ids), model, n) for ids in prompts for n in (1, 6)]


class Elsewhere(torch.nn.Module):
    """A model of four labels on `meta`, a device that every machine has: shapes and no numbers."""

    config = DistilBertConfig(id2label=dict(enumerate("abcd")), label2id={})
    device = torch.device("meta")

    def forward(self, **inputs: Tensor) -> SimpleNamespace:
        """Logits [batch, 4]; raises RuntimeError for inputs that are not there."""
        if places := {str(tensor.device) for tensor in inputs.values()} - {"meta"}:
            raise RuntimeError(f"Expected all tensors to be on the same device, found {places}")
        return SimpleNamespace(logits=torch.empty(len(inputs["input_ids"]), 4, device="meta"))


@check_function(
    right=lambda text, tokenizer, model, *_: [1, model.config.num_labels],
    case="With the model on {model.device}: ",
    otherwise="return the shape of the logits as a list, {wanted}; yours is {got}.",
    slips=[],
)
def anywhere(tokenizer: Any) -> list[tuple]:
    """9.16: `function(text, tokenizer, model)`: `list(logits.shape)`, wherever the model is."""
    here = tiny(DistilBertForSequenceClassification, tokenizer, ("bad", "fair", "good"))
    return [(text, tokenizer, model) for model in (here, Elsewhere()) for text in TEXTS]
