"""Explorer of 06: one step of sampling, and the text that grows by it."""

import functools

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import Refused, readable
from helpers.drawing.view import View
from helpers.generation.outlook import outlook, text_of
from helpers.generation.path import Move, Place, Reader, Step, begin, follow

LONGEST = 256  # tokens of prompt and path together: more would make a step lag


def sampling_explorer(
    tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel, prompt: str
) -> View:
    """Explorer of sampling: draw a token or take a candidate, go back, begin anew."""
    read = Reader(model)
    limit = min(LONGEST, model.config.max_position_embeddings)

    def end(here: Place) -> str:
        if here.steps and here.steps[-1].token == tokenizer.eos_token_id:
            return f"{tokenizer.eos_token} ends the text"
        return f"{limit} tokens are the most that fit here" if len(here.ids) >= limit else ""

    @functools.lru_cache(LONGEST + 1)
    def place(ids: tuple, seed: int, path: tuple) -> Place:
        if not path:
            return begin(ids, seed, read)
        before = place(ids, seed, path[:-1])
        if end(before):
            raise ValueError(f"{end(before)}: rewind, or change the prompt.")
        return follow(before, path[-1], read)

    def compute(inputs: dict) -> dict:
        ids = _prompt_ids(readable(inputs["prompt"], "prompt"), tokenizer, limit)
        path = tuple(Move(**move) for move in inputs["path"])
        here = place(ids, _seed(inputs["seed"]), path)
        return outlook(here.logits, tokenizer) | {
            "prompt": [len(ids), inputs["prompt"] or tokenizer.decode([*ids])],
            "steps": [_said(step, tokenizer) for step in here.steps],
            "end": end(here),
        }

    inputs = {"prompt": prompt, "seed": "0", "path": []}
    return View("generation", compute, inputs, {"t": 0.7, "k": 50, "p": 0.9, "goal": 0})


def _said(step: Step, tokenizer: PreTrainedTokenizerBase) -> dict:
    others = [[text_of(token, tokenizer), p] for token, p in step.others]
    text = text_of(step.token, tokenizer)
    return step.move._asdict() | {
        "text": text,
        "id": step.token,
        "probability": step.probability,
        "others": others,
    }


def _seed(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 4):
        raise Refused("seed", "A whole number from 0 to 9999.")
    return int(text)


def _prompt_ids(prompt: str, tokenizer: PreTrainedTokenizerBase, limit: int) -> tuple:
    """Ids of the prompt; where it is empty, the token that begins a text, as in the library."""
    ids = tokenizer(prompt, verbose=False)["input_ids"]
    if len(ids) >= limit:
        words = f"The prompt has {len(ids):,} tokens, and {limit} of prompt and path fit here."
        raise Refused("prompt", f"{words} Shorten it.")
    if not ids and tokenizer.bos_token_id is None:
        raise Refused("prompt", "No token begins a text here: write something.")
    return tuple(ids or [tokenizer.bos_token_id])
