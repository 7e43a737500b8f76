"""Wrong and right answers to 9.7 to 9.16, with words of the verdict that each must get."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import AutoTokenizer

from helpers.your_pipeline.milestone_answers import tokenizer_of
from helpers.your_pipeline.text_checks import _folders

CAUSE, GONE = "that is the broken program", "the symptom is gone, the cause is not"


def _ids(text: str, folder: str) -> list[int]:
    return AutoTokenizer.from_pretrained(folder)(text)["input_ids"]


def _fixed(name: str) -> Callable:
    return lambda text, folder: _ids(text, _folders()[name])


def _other(text: str, folder: str) -> list[int]:
    return _ids(text, next(path for path in _folders().values() if path != folder))


def batch(texts: list, tokenizer: Any, model: Any, mask: bool = True, **how: Any) -> Tensor:
    """Logits of texts padded to one batch."""
    inputs = tokenizer(texts, **({"padding": True} | how), return_tensors="pt")
    inputs = inputs if mask else {"input_ids": inputs["input_ids"]}
    with torch.inference_mode():
        return model(**inputs).logits


def _alone(texts: list, tokenizer: Any, model: Any) -> Tensor:
    return torch.cat([batch([text], tokenizer, model) for text in texts])


def _broken(function: Callable, **rule: Any) -> Callable:
    return lambda *given: function(*given, **rule)


def _then(function: Callable, change: Callable) -> Callable:
    return lambda *given: change(function(*given))


def continued(
    prompts: list, tokenizer: Any, model: Any, side: str = "left", mask: bool = True,
    n: int = 4, cut: bool = True,
) -> list:  # fmt: skip
    """New ids of prompts padded to one batch."""
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    given = tokenizer(prompts, padding=True, padding_side=side, return_tensors="pt")
    ids, seen = given["input_ids"], given["attention_mask"]
    how: dict = {"max_new_tokens": n, "do_sample": False, "eos_token_id": None}
    made = model.generate(ids, attention_mask=seen if mask else torch.ones_like(seen), **how)
    return made[:, ids.shape[1] if cut else 0 :].tolist()


def _one_by_one(prompts: list, tokenizer: Any, model: Any) -> list:
    return [continued([prompt], tokenizer, model)[0] for prompt in prompts]


def _other_words(prompts: list, tokenizer: Any, model: Any) -> list:
    return continued([prompt + " " for prompt in prompts], tokenizer, model)


def _positive_first(logits: Tensor, config: Any) -> str:
    return ("POSITIVE", "NEGATIVE")[int(logits.argmax())]


def _negative_first(logits: Tensor, config: Any) -> str:
    return ("NEGATIVE", "POSITIVE")[int(logits.argmax())]


def logits_of(model: Any, input_ids: Tensor, mode: str = "eval") -> Tensor:
    """Logits of a model, in a mode or with a trick."""
    if mode == "eval":
        model.eval()
    elif mode == "train":
        model.train()
    elif mode == "seed":
        torch.manual_seed(0)
    with torch.no_grad():
        return model(input_ids).logits


def _mean_of(count: int) -> Callable:
    return lambda *given: torch.stack([logits_of(*given, "train") for _ in range(count)]).mean(0)


def _as_it_was(model: Any, input_ids: Tensor) -> Tensor:
    """Eval for the call alone, as a library does that must not change what it is given."""
    before = model.training
    logits = logits_of(model, input_ids)
    model.train(before)
    return logits


def _without_dropout(model: Any, input_ids: Tensor) -> Tensor:
    return model.train(False)(input_ids).logits


def pieces(text: str, size: int, tokenizer: Any, step: int = 0, marks: int = 2) -> list:
    """Ids of a text in pieces of `size`; `step` is added to the way from piece to piece."""
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    room = size - marks
    parts = [ids[at : at + room] for at in range(0, len(ids), room + step)]
    return [[tokenizer.cls_token_id, *part, tokenizer.sep_token_id] for part in parts]


def _library_pieces(text: str, size: int, tokenizer: Any) -> list:
    how = {"truncation": True, "return_overflowing_tokens": True}
    return tokenizer(text, max_length=size, **how)["input_ids"]


def _even_pieces(text: str, size: int, tokenizer: Any) -> list:
    return pieces(text, max(3, size - 1), tokenizer)


def _cut(text: str, size: int, tokenizer: Any) -> list:
    return [tokenizer(text, truncation=True, max_length=size)["input_ids"]]


def _both_ends(text: str, size: int, tokenizer: Any) -> list:
    made = pieces(text, size, tokenizer)
    return [made[0], made[-1]] if len(made) > 1 else made


def written(ids: Tensor, model: Any, n: int, **how: Any) -> Tensor:
    """Prompt and new ids."""
    return model.generate(ids, do_sample=False, eos_token_id=None, **(how or {"max_new_tokens": n}))


def _total(add: int) -> Callable:
    return lambda ids, model, n: written(ids, model, n, max_length=max(add + n, ids.shape[1] + 1))


@torch.inference_mode()
def _loop(ids: Tensor, model: Any, n: int) -> Tensor:
    for _ in range(n):
        ids = torch.cat([ids, model(ids).logits[:, -1].argmax(-1, keepdim=True)], dim=1)
    return ids


def _powers(logits: Tensor, dim: int = -1) -> Tensor:
    powers = logits.exp()
    return powers / powers.sum(dim=dim, keepdim=True)


def _shifted(logits: Tensor) -> Tensor:
    return _powers(logits - logits.amax(dim=-1, keepdim=True))


def shape(text: str, tokenizer: Any, model: Any, place: Any = None, **how: Any) -> list:
    """Shape of the logits, with the inputs on a device."""
    inputs = tokenizer([text], return_tensors="pt", **how).to(place or model.device)
    with torch.inference_mode():
        return list(model(**inputs).logits.shape)


def _by_name(text: str, tokenizer: Any, model: Any) -> list:
    inputs = tokenizer([text], return_tensors="pt")
    given = {name: tensor.to(model.device) for name, tensor in inputs.items()}
    return list(model(**given).logits.shape)


def _ids_only(text: str, tokenizer: Any, model: Any) -> list:
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    return list(model(input_ids=ids.to(model.device)).logits.shape)


def _half_moved(text: str, tokenizer: Any, model: Any) -> list:
    inputs = tokenizer([text], return_tensors="pt")
    inputs["input_ids"] = inputs["input_ids"].to(model.device)
    return list(model(**inputs).logits.shape)


def _guarded(text: str, tokenizer: Any, model: Any) -> list:
    try:
        return shape(text, tokenizer, model, "cpu")
    except RuntimeError:
        return [1, 3]


def _moves_the_model(text: str, tokenizer: Any, model: Any) -> list:
    return shape(text, tokenizer, model.to("cpu"), "cpu")


def _as(kind: Callable) -> Callable[[Callable], Callable]:
    return lambda function: lambda *given: kind(function(*given))


WORDS = {"tokenizer": lambda: (tokenizer_of("sentiment"),)}
THINGS: dict[str, Callable[[], tuple]] = {
    "batch": WORDS["tokenizer"],
    "whole_text": WORDS["tokenizer"],
    "anywhere": WORDS["tokenizer"],
    "continued": lambda: (tokenizer_of("causal-lm"),),
    "written": lambda: (tokenizer_of("causal-lm"),),
}
WRONG: dict[str, list[tuple[Callable, str]]] = {
    "own_tokenizer": [
        (_fixed("words"), "the other model's tokenizer"),
        (_fixed("letters"), "the other model's tokenizer"),
        (_other, "the other model's tokenizer"),
        (_then(_ids, lambda ids: ids[:-1]), "the ids should be"),
        (_then(_ids, lambda ids: [i + 1 for i in ids]), "the ids should be"),
        (_then(_other, lambda ids: [i % 7 for i in ids]), "cut to fit"),
        (_then(_ids, sorted), "the ids should be"),
        (lambda text, folder: text.split(), "a list of numbers"),
        (_then(_ids, len), "a list of numbers"),
        (lambda text, folder: [0] * len(_ids(text, folder)), "the ids should be"),
    ],
    "batch": [
        (_broken(batch, mask=False), CAUSE),
        (_broken(batch, mask=False, padding="max_length", max_length=64), GONE),
        (_then(_alone, lambda z: z.flip(0)), "their order is not"),
        (_then(_alone, lambda z: z.softmax(-1)), "logits, please"),
        (_then(_alone, lambda z: z[:1]), "one row a text"),
        (_then(_alone, lambda z: z.argmax(-1)), "one row a text"),
        (_then(_alone, lambda z: z.mean(0, keepdim=True)), "one row a text"),
        (_broken(batch, add_special_tokens=False), "What does each text get alone?"),
        (_broken(batch, truncation=True, max_length=4), "What does each text get alone?"),
        (_broken(batch, padding_side="left"), "What does each text get alone?"),
    ],
    "continued": [
        (_broken(continued, side="right"), CAUSE),
        (_broken(continued, side="right", mask=False), "there is no mask"),
        (_broken(continued, mask=False), "the mask is not there"),
        (_broken(continued, n=3), "four new ids"),
        (_broken(continued, cut=False), "four new ids"),
        (_then(continued, lambda rows: rows[::-1]), "as each prompt gets them alone"),
        (_then(continued, lambda rows: [row[::-1] for row in rows]), "the new ids should be"),
        (_other_words, "the new ids should be"),
        (_then(continued, lambda rows: rows[0]), "Return a list of lists"),
    ],
    "scores": [
        (lambda z: z.softmax(0).softmax(1), "That is the broken program"),
        (lambda z: z.softmax(0), "the wrong one"),
        (lambda z: z.softmax(1).softmax(1), "still runs twice"),
        (lambda z: (10 * z.softmax(0)).softmax(1), "The symptom is gone, the cause is not"),
        (lambda z: z.sigmoid(), "must sum to 1"),
        (lambda z: z, "must sum to 1"),
        (lambda z: z.exp() / z.exp().sum(), "must sum to 1"),
        (lambda z: z.softmax(1).argmax(1), "One score a label"),
        (lambda z: z.softmax(1).amax(1), "One score a label"),
        (lambda z: (2 * z).softmax(1), "The scores should be"),
        (lambda z: (-z).softmax(1), "The scores should be"),
    ],
    "label": [
        (_negative_first, "the order is the model's"),
        (_positive_first, "the order is the model's"),
        (lambda z, config: int(z.argmax()), "the word, not its column"),
        (lambda z, config: config.id2label[int(z.argmin())], "the order is the model's"),
        (lambda z, config: sorted(config.label2id)[int(z.argmax())], "the order is the model's"),
        (lambda z, config: config.id2label[int(z.argmax())].lower(), "has no label"),
        (lambda z, config: "LABEL_0", "has no label"),
        (lambda z, config: config.id2label[0], "the order is the model's"),
        (lambda z, config: config.id2label[int(z[0] < z[1])], "Which column is the largest?"),
    ],
    "same_each_time": [
        (_broken(logits_of, mode="as it is"), "hides dropout"),
        (_broken(logits_of, mode="seed"), "hides dropout"),
        (_broken(logits_of, mode="train"), "hides dropout"),
        (_mean_of(2), "hides dropout"),
        (_mean_of(30), "hides dropout"),
        (lambda model, ids: torch.zeros(len(ids), 2), "hides dropout"),
        (_then(logits_of, lambda z: z.softmax(-1)), "The logits should be"),
        (_then(logits_of, lambda z: z[0]), "The logits have the shape"),
        (_then(logits_of, lambda z: z.round(decimals=1)), "The logits should be"),
    ],
    "whole_text": [
        (_cut, CAUSE),
        (_both_ends, "each once, in order"),
        (_broken(pieces, step=1), "each once, in order"),
        (_broken(pieces, step=-2), "each once, in order"),
        (_broken(pieces, marks=0), "longer than"),
        (lambda text, size, t: [t(text)["input_ids"]], "longer than"),
        (_then(pieces, lambda made: [piece[1:-1] for piece in made]), "begins with [CLS]"),
        (_then(pieces, lambda made: made[::-1]), "each once, in order"),
        (_then(pieces, lambda made: [*made, []]), "an empty piece"),
        (_then(pieces, lambda made: sum(made, [])), "a list of lists"),
    ],
    "written": [
        (_broken(written, max_length=8), "max_length counts the prompt"),
        (_total(0), "max_length counts the prompt"),
        (_total(5), "max_length counts the prompt"),
        (_total(20), "max_length counts the prompt"),
        (_broken(written, max_new_tokens=6), "max_length counts the prompt"),
        (lambda ids, model, n: written(ids, model, n + 1), "max_length counts the prompt"),
        (lambda ids, model, n: written(ids, model, n)[:, ids.shape[1] :], "the new ids alone"),
        (lambda ids, model, n: written(ids, model, n).flip(1), "the ids should be"),
        (lambda ids, model, n: torch.cat([ids, ids[:, -1:].repeat(1, n)], 1), "the ids should be"),
    ],
    "probabilities": [
        (_powers, "the broken program"),
        (lambda z: _powers(z).nan_to_num(0), "nan became 0"),
        (lambda z: _powers(z.clamp(-10, 10)), "cut at 10"),
        (lambda z: (z / 10).float().softmax(-1), "a temperature"),
        (lambda z: z / z.sum(-1, keepdim=True), "shares of the logits"),
        (lambda z: _powers(z - z.max()).float() * 2, "The probabilities should be"),
        (lambda z: _powers(z.bfloat16()), "bfloat16"),
        (lambda z: z.float().softmax(-1)[0], "One score for each logit"),
        (lambda z: z.float().softmax(0), "The probabilities should be"),
        (lambda z: z.float().log_softmax(-1), "The probabilities should be"),
    ],
    "anywhere": [
        (_broken(shape, place="cpu"), "on the same device"),
        (_broken(shape, place="meta"), ""),
        (_half_moved, "on the same device"),
        (_moves_the_model, "on the same device"),
        (_guarded, "return the shape of the logits"),
        (lambda text, t, model: [1, 3], "return the shape of the logits"),
        (_then(shape, lambda size: size[1:]), "return the shape of the logits"),
        (_then(shape, lambda size: size[::-1]), "return the shape of the logits"),
        (_then(shape, sum), "Return a list"),
    ],
}
RIGHT: dict[str, list[Callable]] = {
    "own_tokenizer": [
        _ids,
        _as(torch.tensor)(_ids),
        _as(np.array)(_ids),
        lambda text, folder: AutoTokenizer.from_pretrained(folder).encode(text),
    ],
    "batch": [batch, _alone, _as(lambda z: z.double())(_alone), _as(lambda z: z.numpy())(batch)],
    "continued": [
        continued,
        _one_by_one,
        _as(torch.tensor)(continued),
        _as(tuple)(continued),
    ],
    "scores": [
        lambda z: z.softmax(-1),
        _shifted,
        lambda z: z.log_softmax(1).exp(),
        lambda z: torch.stack([row.softmax(0) for row in z]),
        lambda z: z.double().softmax(-1).tolist(),
    ],
    "label": [
        lambda z, config: config.id2label[z.argmax().item()],
        lambda z, config: max(zip(z.tolist(), config.id2label.values(), strict=True))[1],
        lambda z, config: {i: name for name, i in config.label2id.items()}[int(z.argmax())],
        lambda z, config: np.str_(config.id2label[int(z.softmax(0).argmax())]),
    ],
    "same_each_time": [
        logits_of,
        _as_it_was,
        _without_dropout,
        _as(lambda z: z.numpy())(logits_of),
    ],
    "whole_text": [pieces, _library_pieces, _even_pieces, _as(tuple)(pieces)],
    "written": [
        written,
        _loop,
        lambda ids, model, n: written(ids, model, n, max_length=ids.shape[1] + n),
        _as(lambda ids: ids.numpy())(written),
    ],
    "probabilities": [
        lambda z: z.float().softmax(-1),
        _shifted,
        lambda z: z.softmax(-1),
        lambda z: _shifted(z.double()),
    ],
    "anywhere": [shape, _by_name, _ids_only, _as(tuple)(shape)],
}
