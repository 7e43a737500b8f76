"""Explorer of notebook 07: where in a text may the answer start, where may it end?"""

import functools

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import Refused, readable
from helpers.drawing.view import View

LONGEST = 384  # tokens of question and context that the model reads
QUESTION = 64  # tokens of a question at most: it is never cut


def spans_explorer(
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
    question: str,
    context: str,
    weights: str,
) -> View:
    """Explorer of question answering; the browser makes spans of the logits.

    `model`: for question answering. `weights`: a sentence, shown to the reader, on what it learned.
    """
    seen = functools.lru_cache(8)(lambda asked, text: look(asked, text, tokenizer, model))

    def compute(inputs: dict) -> dict:
        asked = readable(inputs["question"], "question")
        return seen(asked, readable(inputs["context"], "context")) | {"weights": weights}

    inputs = {"question": question, "context": context}
    return View("tasks", compute, inputs, {"longest": 15, "mine": []})


def look(
    question: str, context: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel
) -> dict:
    """Start and end logits, of [CLS] (no answer) and of the tokens of the context. One pass.

    `offsets`: [start, end] in characters of the context, one a token; [0, 0] for [CLS]. `unread`:
    characters of the context that were cut off. Raises Refused for a question over QUESTION tokens.
    """
    count = len(tokenizer(question, add_special_tokens=False, verbose=False)["input_ids"])
    if count > QUESTION:
        words = f"The question has {count:,} tokens, and {QUESTION} fit here: shorten it."
        raise Refused("question", words)
    limit = min(LONGEST, model.config.max_position_embeddings)
    options = {"truncation": "only_second", "max_length": limit, "return_offsets_mapping": True}
    inputs = tokenizer(question, context, return_tensors="pt", **options)
    with torch.inference_mode():
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    places = [0, *(i for i, part in enumerate(inputs.sequence_ids()) if part == 1)]
    tokens, offsets = inputs.tokens(), inputs["offset_mapping"][0, places].tolist()
    full = inputs["input_ids"].shape[1] == limit
    return {
        "context": context,
        "tokens": [tokens[i] for i in places],
        "offsets": offsets,
        "starts": output.start_logits[0, places].tolist(),
        "ends": output.end_logits[0, places].tolist(),
        "unread": len(context.rstrip()) - offsets[-1][1] if full else 0,
    }
