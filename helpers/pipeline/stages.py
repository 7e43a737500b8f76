"""The three stages of `pipeline("sentiment-analysis")` by hand, and all of them in one call.

Built in the open by notebook 01; the choice of the function that makes scores by notebook 04.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor
from tqdm.auto import tqdm

from helpers.padding import batches_by_length, pad

SCORES: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda logits: logits.softmax(dim=-1),
    "sigmoid": lambda logits: logits.sigmoid(),
    "none": lambda logits: logits,
}
AHEAD = 1024  # texts that are sorted by length at once
# Models whose answer to a text depends on the pads beside it, mask or not.
PADS_MATTER = ("convbert", "fnet", "nystromformer", "xlnet", "yoso")


def preprocess(texts: Sequence[str], tokenizer: Any) -> dict[str, Tensor]:
    """Stage 1, text to ids.

    `texts`: list of str. Returns what the model is called with, `"input_ids"`, `"attention_mask"`
    and, of some tokenizers, `"token_type_ids"`: int64 [batch, sequence], padded on the right to the
    longest text and cut at the tokenizer's limit. Raises TypeError for anything but a list of str,
    ValueError for an empty one, for a text that is not valid Unicode, and for several texts if the
    tokenizer has no pad token.
    """
    rows = _rows(texts, tokenizer)
    return _rectangle(rows, range(len(texts)), tokenizer)


def forward(inputs: Mapping[str, Tensor], model: Any) -> Tensor:
    """Stage 2, ids to logits: float32 [batch, labels], on the CPU.

    `inputs`: as `preprocess` returns them, on any device.
    """
    with torch.inference_mode():
        output = model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
    return output.logits.float().cpu()


def postprocess(
    logits: Tensor,
    id2label: Mapping[int, str],
    *,
    function_to_apply: str = "softmax",
    top_k: int | None | str = "",
) -> list:
    """Stage 3, logits to answers.

    `logits`: float [batch, labels]. `id2label`: `model.config.id2label`. `function_to_apply`: makes
    scores of logits, `"softmax"`, `"sigmoid"` or `"none"`; `default_function` reads it from a
    config. Returns one `{"label": str, "score": float}` a row, the one with the highest score. With
    `top_k` a list of them a row, highest first: that many, or all for None. (The empty text is the
    library's own "not given".)
    """
    answers = [
        [{"label": id2label[i], "score": score} for i, score in enumerate(row)]
        for row in SCORES[function_to_apply](logits).tolist()
    ]
    ranked = [sorted(row, key=itemgetter("score"), reverse=True) for row in answers]
    if isinstance(top_k, str):
        return [row[0] for row in ranked]
    return [row[:top_k] for row in ranked]


def default_function(config: Any) -> str:
    """The function that `pipeline("text-classification")` applies to a model's logits.

    The library asks in this order. So a `function_to_apply` in the config changes nothing: by then
    the number of labels has decided.
    """
    if config.problem_type == "regression":
        return "none"
    if config.problem_type == "multi_label_classification" or config.num_labels == 1:
        return "sigmoid"
    return "softmax"


def classify(
    texts: Iterable[str],
    tokenizer: Any,
    model: Any,
    *,
    max_tokens: int = 512,
    progress: bool = False,
    top_k: int | None | str = "",
) -> list | Iterator:
    """Texts to answers, in input order, like `pipeline("text-classification")(texts,
    truncation=True)`.

    A list gives a list; any other iterable of str is read 1,024 texts at a time, as answers are
    asked for, and gives an iterator. Texts of similar length share a batch of at most `max_tokens`
    ids, pads included; notebook 08 shows what that saves. 512 fill the longest text of most
    encoders, and what a layer computes for them stays in the cache of a processor (`make bench`).
    Where a pad could change an answer, texts are read one at a time. `model`: a sequence-
    classification model in eval mode, or `helpers.speed.DistilBertByHand` of one. `progress`: show
    a bar. `top_k`, the answers, and the errors: as `postprocess` and `preprocess`.
    """
    listed = isinstance(texts, (list, tuple))
    if isinstance(texts, (str, bytes, Mapping)) or not isinstance(texts, Iterable):
        raise TypeError(f"texts must be a list of str, got {texts!r:.80}")
    if listed:
        _check(texts)
    budget = 1 if _alone(tokenizer, model) else max_tokens
    total = len(texts) if isinstance(texts, Sized) else None
    bar = tqdm(texts, total=total, unit="text", disable=not progress)
    answers = _stream(bar, tokenizer, model, budget, top_k)
    return list(answers) if listed else answers


def _stream(
    texts: Iterable[str], tokenizer: Any, model: Any, budget: int, top_k: int | None | str
) -> Iterator:
    """Answers in the order of the texts, which are read `AHEAD` at a time."""
    remaining, config = iter(texts), model.config
    for first in itertools.count(0, AHEAD):
        if not (part := list(itertools.islice(remaining, AHEAD))):
            return
        rows = _rows(part, tokenizer, first)
        answers: list = [None] * len(part)
        for indices in batches_by_length([len(ids) for ids in rows["input_ids"]], budget):
            logits = forward(_rectangle(rows, indices, tokenizer), model)
            function = default_function(config)
            found = postprocess(logits, config.id2label, function_to_apply=function, top_k=top_k)
            for i, answer in zip(indices, found, strict=True):
                answers[i] = answer
        yield from answers


def _alone(tokenizer: Any, model: Any) -> bool:
    """Whether a pad could change an answer: in such models, and where the pad is not the same."""
    config = model.config
    known = tokenizer.pad_token_id is not None and tokenizer.pad_token_id == config.pad_token_id
    return config.model_type in PADS_MATTER or not known


def _check(texts: Any) -> None:
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"texts must be a list of str, got {texts!r:.80}")


def _rows(texts: Sequence[str], tokenizer: Any, first: int = 0) -> Mapping[str, list[list[int]]]:
    """What the tokenizer makes of the texts, without pads: by input, a list of int a text.

    `first`: the number of the first one, for errors.
    """
    _check(texts)
    if not texts:
        raise ValueError("texts is empty: there is nothing to make a batch of")
    for number, text in enumerate(texts, first):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            half = f"{text[error.start]!r} at position {error.start}"
            raise ValueError(
                f"text {number} is not valid Unicode: it has half a character, {half}. "
                "Leave that out."
            ) from None
    return tokenizer(list(texts), truncation=True)


def _rectangle(
    rows: Mapping[str, list[list[int]]], indices: Sequence[int], tokenizer: Any
) -> dict[str, Tensor]:
    """The rows of one batch as tensors, int64 [batch, longest]."""
    pad_id = tokenizer.pad_token_id
    if pad_id is None and len(indices) > 1:
        raise ValueError(
            "the tokenizer has no pad_token, so several texts can't share a batch. Set one, as in "
            "tokenizer.pad_token = tokenizer.eos_token, or give one text"
        )
    fills = {"input_ids": pad_id or 0, "token_type_ids": tokenizer.pad_token_type_id}
    return {
        name: pad([values[i] for i in indices], fills.get(name, 0))[0]
        for name, values in rows.items()
    }
