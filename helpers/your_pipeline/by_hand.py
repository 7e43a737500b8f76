"""The six tasks by hand, each with a `rule` that can be broken, for the bank of answers."""

from typing import Any

import torch

from helpers.your_pipeline.library import TOKENS


def _row(text: str, tokenizer: Any, model: Any, **how: Any) -> torch.Tensor:
    with torch.inference_mode():
        return model(**tokenizer([text], truncation=True, return_tensors="pt", **how)).logits[0]


def sentiment(text: str, tokenizer: Any, model: Any, rule: str = "", **how: Any) -> dict:
    """The task by hand, with a `rule` broken."""
    z = _row(text, tokenizer, model, **how)
    p = {"logits": z, "sigmoid": z.sigmoid(), "log": z.log_softmax(0)}.get(rule, z.softmax(0))
    best = int(p.argmin() if rule == "argmin" else p.argmax())
    return {"label": model.config.id2label[best], "score": p[best].item()}


def fill_mask(text: str, tokenizer: Any, model: Any, rule: str = "") -> list[dict]:
    """The task by hand, with a `rule` broken."""
    z = _row(text, tokenizer, model)
    ids = tokenizer(text)["input_ids"]
    place = 0 if rule == "place" else ids.index(tokenizer.mask_token_id)
    p = z[place] if rule == "logits" else z[place].softmax(0)
    best = p.topk(4 if rule == "four" else 5)
    scores = best.values.softmax(0) if rule == "chosen" else best.values
    pairs = list(zip(scores.tolist(), best.indices.tolist(), strict=True))
    pairs = pairs[::-1] if rule == "upwards" else pairs
    return [{"score": s, "token": i, "token_str": tokenizer.decode([i])} for s, i in pairs]


def entities(text: str, tokenizer: Any, model: Any, rule: str = "") -> list[dict]:
    """The task by hand, with a `rule` broken."""
    inputs = tokenizer(text, return_offsets_mapping=True)
    p = _row(text, tokenizer, model).softmax(-1)
    groups: list = []
    for i, place in enumerate(inputs["offset_mapping"]):
        if place == (0, 0) and rule != "special":
            continue
        name, score = model.config.id2label[int(p[i].argmax())], p[i].max().item()
        kind, last = name.split("-")[-1], groups[-1] if groups else None
        fresh = name.startswith("B-") and rule != "joined"
        if last and last["kind"] == kind and not fresh and rule != "apart":
            last["scores"].append(score)
            last["end"] = place[1]
        else:
            start = {"start": place[0], "end": place[1]}
            groups.append({"kind": kind, "name": name, "scores": [score], **start})
    shown = [one for one in groups if one["kind"] != "O" or rule == "O"]
    key = "name" if rule == "B-" else "kind"
    mean: Any = {"max": max, "first": lambda some: some[0]}.get(
        rule, lambda some: sum(some) / len(some)
    )
    return [
        {"entity_group": one[key], "score": mean(one["scores"]),
         "start": one["start"], "end": one["end"] - (rule == "last")} for one in shown
    ]  # fmt: skip


def zero_shot(text: str, labels: list, tokenizer: Any, model: Any, rule: str = "") -> dict:
    """The task by hand, with a `rule` broken."""
    words = "{}" if rule == "bare" else "This example is {}."
    pairs = [text] * len(labels), [words.format(label) for label in labels]
    given = pairs[::-1] if rule == "turned" else pairs
    cut = "only_second" if rule == "turned" else "only_first"
    inputs = tokenizer(*given, padding=True, truncation=cut, return_tensors="pt")
    with torch.inference_mode():
        z = model(**inputs).logits
    names = {name.lower(): i for name, i in model.config.label2id.items()}
    column = names["contradiction" if rule == "column" else "entailment"]
    scores = z[:, column].softmax(0)
    if rule == "row":
        scores = z.softmax(1)[:, column]
    elif rule == "logits":
        scores = z[:, column]
    elif len(labels) == 1 and rule != "single":
        scores = z[:, [names["contradiction"], column]].softmax(1)[:, 1]
    order = scores.argsort(descending=True).tolist()
    order = range(len(labels)) if rule == "unsorted" else order
    return {"labels": [labels[i] for i in order], "scores": [scores[i].item() for i in order]}


def spans(question: str, context: str, tokenizer: Any, model: Any, rule: str = "") -> dict:
    """The task by hand, with a `rule` broken."""
    inputs = tokenizer(question, context, return_offsets_mapping=True, return_tensors="pt")
    places = inputs.pop("offset_mapping")[0].tolist()
    with torch.inference_mode():
        output = model(**inputs)
    inside = torch.tensor([part == 1 for part in inputs.sequence_ids()])
    taken = inside.clone()
    taken[0] = rule != "without [CLS]"
    taken |= rule == "all"
    both = (output.start_logits[0], output.end_logits[0])
    start, end = (z.masked_fill(~taken, -torch.inf).softmax(0) for z in both)
    allowed = inside[:, None] & inside[None, :]
    allowed = allowed if rule == "maxima" else allowed.triu()
    allowed = allowed if rule in ("long", "maxima") else allowed.tril(14)
    scores = (start[:, None] * end[None, :]).masked_fill(~allowed, -1)
    first, last = divmod(int(scores.argmax()), len(start))
    a, b = places[first][0], places[last][1]
    score = both[0][first] + both[1][last] if rule == "logits" else scores[first, last]
    return {"answer": context[a:b], "score": score.item(), "start": a, "end": b}


@torch.inference_mode()
def generation(text: str, tokenizer: Any, model: Any, rule: str = "", steps: int = TOKENS) -> str:
    """The task by hand, with a `rule` broken."""
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    read = ids.shape[1]
    for _ in range(steps):
        z = model(ids).logits[:, 0 if rule == "first" else -1]
        new = (z.argmin if rule == "argmin" else z.argmax)(-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
        if new.item() == model.generation_config.eos_token_id and rule != "on":
            break
    ids = ids[:, read:] if rule == "new only" else ids
    return tokenizer.decode(ids[0], skip_special_tokens=True)
