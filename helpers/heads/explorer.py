"""Explorer of notebook 03: where each token looks in the body, and what each head makes of it."""

import functools
from itertools import product

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import readable
from helpers.drawing.view import View
from helpers.heads.outputs import SHOWN, heads_of
from helpers.heads.passes import run, shares, split


def heads_explorer(
    tokenizer: PreTrainedTokenizerBase,
    body: PreTrainedModel,
    classifier: PreTrainedModel,
    masked_model: PreTrainedModel,
    text: str,
) -> View:
    """Explorer of one body with six heads on it, and of the attention in it.

    `body`: DistilBertModel with eager attention, of `classifier`. `masked_model`: if its body has
    other weights, its answers come from its own body; the attention drawn is always `body`'s.
    """
    heads = heads_of(tokenizer, body, classifier, masked_model)
    through = functools.lru_cache(8)(functools.partial(run, pad=tokenizer.pad_token_id))
    bar = tokenizer.get_vocab().get("|")

    @functools.lru_cache(16)
    def answers(ids: tuple) -> list:
        tokens, choices = list(tokenizer.convert_ids_to_tokens([*ids])), split(ids, bar)
        batches = {name: choices if name == "MultipleChoice" else (ids,) for name in heads}
        found = []
        for name, (weights, of, answer) in heads.items():
            hidden = through(batches[name], of).last_hidden_state
            shape = [*hidden.shape]
            sizes = {"inputs": [1] * (name == "MultipleChoice") + shape[:2], "hidden": shape}
            found.append({"name": name, "weights": weights} | sizes)
            found[-1] |= torch.inference_mode()(answer)(hidden, tokens)._asdict()
        return found

    def compute(inputs: dict) -> dict:
        read = tokenizer(readable(inputs["text"], "text"), truncation=True)["input_ids"]
        masked, mask = set(inputs["masked"]), tokenizer.mask_token_id
        ids = tuple(mask if place in masked else i for place, i in enumerate(read))
        attentions = shares(through((ids,), body).attentions)
        special = [i in tokenizer.all_special_ids and i != mask for i in ids]
        tokens = {"tokens": tokenizer.convert_ids_to_tokens([*ids]), "ids": ids, "special": special}
        full = len(ids) == tokenizer.model_max_length
        own = {"mask": tokenizer.mask_token, "full": full, "attentions": attentions}
        return tokens | own | {"heads": answers(ids)}

    view = View("heads", compute, {"text": text, "masked": []}, {"head": "MaskedLM", "at": None})
    worth = _worth_seeing(view.state["picture"])
    view.choices = view.choices | dict(zip(("layer", "attention"), worth, strict=True))
    view.start = view.start | {"choices": view.choices}
    return view


def _worth_seeing(picture: dict | None) -> tuple:
    """Layer and head in which the first mask, or the first word, looks most at other words."""
    if not picture:
        return 0, 0
    tokens, special, attentions = (picture[key] for key in ("tokens", "special", "attentions"))
    at = min(tokens.index(picture["mask"]) if picture["mask"] in tokens else 1, SHOWN - 1)
    words = [i for i in range(min(len(tokens), SHOWN)) if i != at and not special[i]]
    places = product(range(len(attentions)), range(len(attentions[0])))
    return max(places, key=lambda one: sum(attentions[one[0]][one[1]][at][i] for i in words))
