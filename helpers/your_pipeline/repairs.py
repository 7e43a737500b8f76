"""Repairs of the ten broken pipelines, good and bad, for the bank of answers."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from transformers import AutoTokenizer

from helpers.your_pipeline.folders import folders


def ids_of(text: str, folder: str) -> list[int]:
    """The ids of a text."""
    return AutoTokenizer.from_pretrained(folder)(text)["input_ids"]


def fixed(name: str) -> Callable:
    """One tokenizer for all models."""
    return lambda text, folder: ids_of(text, folders()[name])


def other(text: str, folder: str) -> list[int]:
    """The other model's tokenizer."""
    return ids_of(text, next(path for path in folders().values() if path != folder))


def batch(texts: list, tokenizer: Any, model: Any, mask: bool = True, **how: Any) -> Tensor:
    """Logits of texts padded to one batch."""
    inputs = tokenizer(texts, **({"padding": True} | how), return_tensors="pt")
    inputs = inputs if mask else {"input_ids": inputs["input_ids"]}
    with torch.inference_mode():
        return model(**inputs).logits


def alone(texts: list, tokenizer: Any, model: Any) -> Tensor:
    """Logits of each text by itself."""
    return torch.cat([batch([text], tokenizer, model) for text in texts])


def broken(function: Callable, **rule: Any) -> Callable:
    """A function with a rule broken."""
    return lambda *given: function(*given, **rule)


def then(function: Callable, change: Callable) -> Callable:
    """A function whose answer is changed."""
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


def one_by_one(prompts: list, tokenizer: Any, model: Any) -> list:
    """Without a batch."""
    return [continued([prompt], tokenizer, model)[0] for prompt in prompts]


def other_words(prompts: list, tokenizer: Any, model: Any) -> list:
    """Other prompts."""
    return continued([prompt + " " for prompt in prompts], tokenizer, model)


def positive_first(logits: Tensor, config: Any) -> str:
    """One order for all models."""
    return ("POSITIVE", "NEGATIVE")[int(logits.argmax())]


def negative_first(logits: Tensor, config: Any) -> str:
    """The other order for all models."""
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


def mean_of(count: int) -> Callable:
    """The mean of some calls in training mode."""

    def mean(model: Any, input_ids: Tensor) -> Tensor:
        return torch.stack([logits_of(model, input_ids, "train") for _ in range(count)]).mean(0)

    return mean


def as_it_was(model: Any, input_ids: Tensor) -> Tensor:
    """Eval for the call alone, as a library does that must not change what it is given."""
    before = model.training
    logits = logits_of(model, input_ids)
    model.train(before)
    return logits


def without_dropout(model: Any, input_ids: Tensor) -> Tensor:
    """Eval by its other name."""
    return model.train(False)(input_ids).logits


def pieces(text: str, size: int, tokenizer: Any, step: int = 0, marks: int = 2) -> list:
    """Ids of a text in pieces of `size`; `step` is added to the way from piece to piece."""
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    room = size - marks
    parts = [ids[at : at + room] for at in range(0, len(ids), room + step)]
    return [[tokenizer.cls_token_id, *part, tokenizer.sep_token_id] for part in parts]


def library_pieces(text: str, size: int, tokenizer: Any) -> list:
    """The library's own windows."""
    how = {"truncation": True, "return_overflowing_tokens": True}
    return tokenizer(text, max_length=size, **how)["input_ids"]


def even_pieces(text: str, size: int, tokenizer: Any) -> list:
    """Pieces one shorter than they might be."""
    return pieces(text, max(3, size - 1), tokenizer)


def cut(text: str, size: int, tokenizer: Any) -> list:
    """The beginning only."""
    return [tokenizer(text, truncation=True, max_length=size)["input_ids"]]


def both_ends(text: str, size: int, tokenizer: Any) -> list:
    """The first piece and the last."""
    made = pieces(text, size, tokenizer)
    return [made[0], made[-1]] if len(made) > 1 else made


def written(ids: Tensor, model: Any, n: int, **how: Any) -> Tensor:
    """Prompt and new ids."""
    return model.generate(ids, do_sample=False, eos_token_id=None, **(how or {"max_new_tokens": n}))


def total(add: int) -> Callable:
    """A limit that counts the prompt."""
    return lambda ids, model, n: written(ids, model, n, max_length=max(add + n, ids.shape[1] + 1))


@torch.inference_mode()
def loop(ids: Tensor, model: Any, n: int) -> Tensor:
    """Without generate()."""
    for _ in range(n):
        ids = torch.cat([ids, model(ids).logits[:, -1].argmax(-1, keepdim=True)], dim=1)
    return ids


def powers(logits: Tensor, dim: int = -1) -> Tensor:
    """Softmax as it is written on paper."""
    powers = logits.exp()
    return powers / powers.sum(dim=dim, keepdim=True)


def shifted(logits: Tensor) -> Tensor:
    """Softmax with the largest logit subtracted."""
    return powers(logits - logits.amax(dim=-1, keepdim=True))


def shape(text: str, tokenizer: Any, model: Any, place: Any = None, **how: Any) -> list:
    """Shape of the logits, with the inputs on a device."""
    inputs = tokenizer([text], return_tensors="pt", **how).to(place or model.device)
    with torch.inference_mode():
        return list(model(**inputs).logits.shape)


def by_name(text: str, tokenizer: Any, model: Any) -> list:
    """Each tensor moved by itself."""
    inputs = tokenizer([text], return_tensors="pt")
    given = {name: tensor.to(model.device) for name, tensor in inputs.items()}
    return list(model(**given).logits.shape)


def ids_only(text: str, tokenizer: Any, model: Any) -> list:
    """Without a mask."""
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    return list(model(input_ids=ids.to(model.device)).logits.shape)


def half_moved(text: str, tokenizer: Any, model: Any) -> list:
    """The ids moved, the mask not."""
    inputs = tokenizer([text], return_tensors="pt")
    inputs["input_ids"] = inputs["input_ids"].to(model.device)
    return list(model(**inputs).logits.shape)


def guarded(text: str, tokenizer: Any, model: Any) -> list:
    """An error answered by a guess."""
    try:
        return shape(text, tokenizer, model, "cpu")
    except RuntimeError:
        return [1, 3]


def moves_the_model(text: str, tokenizer: Any, model: Any) -> list:
    """The model moved to the inputs."""
    return shape(text, tokenizer, model.to("cpu"), "cpu")


def as_kind(kind: Callable) -> Callable[[Callable], Callable]:
    """The same answer in another kind."""
    return lambda function: lambda *given: kind(function(*given))
