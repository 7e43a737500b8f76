"""The three stages of `pipeline("sentiment-analysis")` by hand, and all of them in one call.

Built in the open by notebook 01; the choice of the function that makes scores by notebook 04.
"""

from collections.abc import Callable, Mapping, Sequence
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
    texts: Sequence[str],
    tokenizer: Any,
    model: Any,
    *,
    max_tokens: int = 512,
    progress: bool = False,
    top_k: int | None | str = "",
) -> list:
    """Texts to answers, in input order, like `pipeline("text-classification")(texts,
    truncation=True)`.

    Texts of similar length share a batch of at most `max_tokens` ids, pads included; notebook 05
    shows what that saves. 512 fill the longest text of most encoders, and what a layer computes for
    them stays in the cache of a processor (`make bench`). Where a pad could change an answer, texts
    are read one at a time. `texts`: list of str; an empty list gives an empty list. `model`: a
    sequence-classification model in eval mode. `progress`: show a bar. `top_k`, the answers, and
    the errors: as `postprocess` and `preprocess`.
    """
    if isinstance(texts, (list, tuple)) and not texts:
        return []
    rows = _rows(texts, tokenizer)
    function = default_function(model.config)
    answers: list = [None] * len(texts)
    lengths = [len(ids) for ids in rows["input_ids"]]
    budget = 1 if _alone(tokenizer, model) else max_tokens
    with tqdm(total=len(texts), unit="text", disable=not progress) as bar:
        for indices in batches_by_length(lengths, budget):
            logits = forward(_rectangle(rows, indices, tokenizer), model)
            found = postprocess(
                logits, model.config.id2label, function_to_apply=function, top_k=top_k
            )
            for i, answer in zip(indices, found, strict=True):
                answers[i] = answer
            bar.update(len(indices))
    return answers


def _alone(tokenizer: Any, model: Any) -> bool:
    """Whether a pad could change an answer: in such models, and where the pad is not the same."""
    config = model.config
    known = tokenizer.pad_token_id is not None and tokenizer.pad_token_id == config.pad_token_id
    return config.model_type in PADS_MATTER or not known


def _rows(texts: Sequence[str], tokenizer: Any) -> Mapping[str, list[list[int]]]:
    """What the tokenizer makes of the texts, without pads: by input, a list of int a text."""
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"texts must be a list of str, got {texts!r:.80}")
    if not texts:
        raise ValueError("texts is empty: there is nothing to make a batch of")
    for number, text in enumerate(texts):
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
