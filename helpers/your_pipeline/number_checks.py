"""Checks of notebook 09, part 2: repairs between logits and answer.

A slip that begins "The symptom is gone" is one that hides the fault: it shows on other input.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import DistilBertConfig, DistilBertForSequenceClassification

from helpers.exercises import check_function, does, other_shape


@check_function(
    right=lambda logits: logits.softmax(dim=-1),
    slips=[
        (other_shape, "One score a label of each row: {wanted_shape}; yours is {got_shape}."),
        (does(lambda logits: logits.softmax(dim=0).softmax(dim=1)),
         "That is the broken program: softmax down the columns, then along the rows."),
        (does(lambda logits: logits.softmax(dim=0)),
         "One of the two is gone, the wrong one: your columns sum to 1."),
        (does(lambda logits: logits.softmax(dim=1).softmax(dim=1)),
         "The dim is right, softmax still runs twice: a lead of 1 is all that two can see."),
        (does(lambda logits: (10 * logits.softmax(dim=0)).softmax(dim=1)),
         "The symptom is gone, the cause is not: the scores are no longer flat, and still mixed "
         "over the batch. Each row must be what it is alone."),
        (lambda got, *_: not torch.allclose(got.sum(dim=-1), torch.ones(len(got))),
         "A row must sum to 1."),
        (lambda got, *_: (got < 0).any(), "A probability is never negative."),
    ],
    otherwise="The scores should be {wanted}; yours are {got}.",
)  # fmt: skip
def scores() -> list[tuple]:
    """9.10: `function(logits)`, [batch, labels], is one softmax along each row."""
    random = torch.Generator().manual_seed(9)
    return [(4 * torch.randn(shape, generator=random),) for shape in ((3, 2), (1, 2), (4, 5))]


def _config(*names: str) -> DistilBertConfig:
    ids = {name: i for i, name in enumerate(names)}
    return DistilBertConfig(id2label=dict(enumerate(names)), label2id=ids)


@check_function(
    right=lambda logits, config: config.id2label[int(logits.argmax())],
    case="With {logits} and the labels in this order, {config.id2label}: ",
    kinds=[(int, "return the word, not its column.")],
    slips=[
        (lambda got, wanted, logits, config: got not in config.id2label.values(),
         "this model has no label {got!r}: its labels stand in config.id2label."),
        (lambda got, wanted, logits, config: got == config.id2label[int(logits.argmin())]
         and len(logits) > 2, "that is the label of the smallest logit."),
        (lambda got, wanted, logits, config: len(logits) == 2,
         "the label should be {wanted!r}; yours is {got!r}. If your list is turned round, the "
         "symptom is gone and the cause is not: the order is the model's, ask its config."),
    ],
    otherwise="the label should be {wanted!r}; yours is {got!r}. Which column is the largest?",
)  # fmt: skip
def label() -> list[tuple]:
    """9.11: `function(logits, config)`: the label of the largest of logits [labels]."""
    orders = [("NEGATIVE", "POSITIVE"), ("POSITIVE", "NEGATIVE"), ("music", "food", "sport", "art")]
    tries: list[tuple] = []
    for names in orders:
        rows = 3 * torch.eye(len(names)) - torch.arange(len(names)) / 4
        tries += [(row, _config(*names)) for row in rows]
    return tries


def _in_training() -> Any:
    sizes: dict = {"dim": 16, "hidden_dim": 32, "n_layers": 1, "n_heads": 2, "vocab_size": 50}
    drops: dict = {"dropout": 0.5, "seq_classif_dropout": 0.5, "initializer_range": 0.5}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return DistilBertForSequenceClassification(DistilBertConfig(**sizes, **drops)).train()


def _quiet(model: Any, input_ids: Tensor) -> Tensor:
    with torch.inference_mode():
        return model.eval()(input_ids).logits.clone()


@check_function(
    right=lambda model, input_ids: _quiet(model, input_ids),
    slips=[
        (other_shape, "The logits have the shape {wanted_shape}; yours {got_shape}."),
        (lambda got, *_: got.dtype != torch.float32, "Logits of this model are float32."),
    ],
    otherwise="The logits should be {wanted}; yours are {got}. If two calls are equal now and "
    "these are not, the symptom is gone and the cause is not: a seed or a mean hides dropout, "
    "model.eval() turns it off.",
)  # fmt: skip
def same_each_time() -> list[tuple]:
    """9.12: `function(model, input_ids)`: the logits without dropout, whatever the mode."""
    rows = ([[1, 5, 9, 2]], [[1, 7, 2], [1, 8, 2]])
    return [(_in_training(), torch.tensor(ids)) for ids in rows]


def _naive(logits: Tensor) -> Tensor:
    powers = logits.exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def _like(wrong: Callable[[Tensor], Tensor]) -> Callable[..., bool]:
    """A test: is the answer what `wrong` gives, nan where it gives nan?"""
    return lambda got, wanted, logits: torch.allclose(
        got.float(), wrong(logits).float(), atol=2e-3, equal_nan=True
    )


@check_function(
    right=lambda logits: logits.float().softmax(dim=-1),
    within=2e-3,
    slips=[
        (other_shape, "One score for each logit: {wanted_shape}; yours is {got_shape}."),
        (
            _like(lambda logits: _naive(logits.bfloat16())),
            "bfloat16 has room for e¹², and a digit less: the overflow only moves on. Subtract the "
            "largest logit first, or compute in 32 bits.",
        ),
        (_like(_naive), "That is the broken program: e to the power of 12 is beyond 16 bits."),
        (
            lambda got, *_: got.isnan().any(),
            "There is a nan in it, 0 / 0 or inf / inf. No power may overflow, nor all be 0.",
        ),
        (
            _like(lambda logits: _naive(logits).nan_to_num(0)),
            "The symptom is gone, the cause is not: nan became 0, and the answer with it.",
        ),
        (
            _like(lambda logits: _naive(logits.clamp(-10, 10))),
            "The symptom is gone, the cause is not: cut at 10, all large logits are equal.",
        ),
        (
            _like(lambda logits: logits / logits.sum(dim=-1, keepdim=True)),
            "These are shares of the logits. Without e to the power, it is no softmax.",
        ),
        (
            _like(lambda logits: (logits / 10).softmax(dim=-1)),
            "The symptom is gone, the cause is not: a smaller logit does not overflow, but "
            "dividing is a temperature, and gives other probabilities.",
        ),
    ],
    otherwise="The probabilities should be {wanted}; yours are {got}.",
)
def probabilities() -> list[tuple]:
    """9.15: `function(logits)` of float16 [batch, labels] is softmax, however large they are."""
    rows = [[[1.0, 2.0, 0.5]], [[12.5, 14.0], [-30.0, -29.0]], [[100.0, 101.0, 90.0]]]
    return [(torch.tensor(row, dtype=torch.float16),) for row in [*rows, [[-60.0, -61.0]]]]
