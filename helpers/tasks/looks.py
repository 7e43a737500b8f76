"""What the three models of notebook 07 make of a text, for its explorers."""

from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from helpers.drawing.refused import Refused

LONGEST = 384  # tokens of question and context that the model reads
SHORT = 64  # tokens at most of what is never cut: a question, a label's sentence
NAMED = 64  # tokens of a text with names: as many as an eye takes in
PAIR = 2 * SHORT  # tokens of a text and of a label's sentence
LABELS = 6  # more bars than these hide the picture


def look_spans(
    question: str, context: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel
) -> dict:
    """Start and end logits, of [CLS] (no answer) and of the tokens of the context. One pass.

    `offsets`: [start, end] in characters of the context, one a token; [0, 0] for [CLS]. `unread`:
    characters of the context that were cut off. Raises Refused for a question over SHORT tokens.
    """
    _not_long(question, "question", tokenizer)
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


def look_entities(text: str, tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> dict:
    """Logits of a token classifier: a list of lists, a row a token, a column a label. One pass.

    `words`: the word of each token, None for special ones. `offsets`: [start, end] in characters.
    `unread`: characters that were cut off.
    """
    options = {"truncation": True, "max_length": NAMED, "return_offsets_mapping": True}
    inputs = tokenizer(text, return_tensors="pt", **options)
    with torch.inference_mode():
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    names: Any = model.config.id2label
    offsets = inputs["offset_mapping"][0].tolist()
    full = len(offsets) == NAMED
    return {
        "text": text,
        "tokens": inputs.tokens(),
        "words": inputs.word_ids(),
        "offsets": offsets,
        "labels": [names[i] for i in range(output.logits.shape[2])],
        "logits": output.logits[0].tolist(),
        "unread": len(text.rstrip()) - max(end for _, end in offsets) if full else 0,
    }


def look_labels(
    text: str,
    labels: str,
    template: str,
    tokenizer: PreTrainedTokenizerBase,
    model: PreTrainedModel,
) -> dict:
    """Logits of inference, a row a label: does `template`, with the label for {}, follow from text?

    `labels`: with commas between them. `rows`: the tokens of each pair, and the place where the
    label's sentence begins. `entailment`: its column in `logits`. Raises Refused for no label, for
    more than LABELS, for a template or a sentence that can't be used. One pass.
    """
    names = [name.strip() for name in labels.split(",") if name.strip()]
    if not 1 <= len(names) <= LABELS:
        words = f"These are {len(names)} labels: write 1 to {LABELS}, with commas between them."
        raise Refused("labels", words)
    if (template.count("{"), template.count("}"), template.count("{}")) != (1, 1, 1):
        raise Refused("template", "Write {} once, where the label belongs.")
    sentences = [template.replace("{}", name) for name in names]
    for sentence in sentences:
        _not_long(sentence, "labels", tokenizer)
    options = {"truncation": "only_first", "max_length": PAIR, "return_offsets_mapping": True}
    inputs = tokenizer([text] * len(names), sentences, padding=True, return_tensors="pt", **options)
    with torch.inference_mode():
        output = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
    lengths = inputs["attention_mask"].sum(dim=1).tolist()
    seconds = [inputs.sequence_ids(i).index(1) for i in range(len(names))]
    ends = [int(inputs["offset_mapping"][i, :at, 1].max()) for i, at in enumerate(seconds)]
    called: Any = model.config.id2label
    verdicts = [called[i] for i in range(output.logits.shape[1])]
    full = PAIR in lengths
    return {
        "labels": names,
        "rows": [
            {"tokens": inputs.tokens(i)[:length], "second": seconds[i]}
            for i, length in enumerate(lengths)
        ],
        "verdicts": verdicts,
        "entailment": entailment(verdicts),
        "logits": output.logits.tolist(),
        "unread": len(text.rstrip()) - min(ends) if full else 0,
    }


def entailment(verdicts: list[str]) -> int:
    """The column of entailment, found as the library finds it; ValueError where there is none."""
    places = [i for i, name in enumerate(verdicts) if name.lower().startswith("entail")]
    if not places:
        raise ValueError(f"no output of this model is called entailment: {', '.join(verdicts)}")
    return places[0]


def _not_long(text: str, field: str, tokenizer: PreTrainedTokenizerBase) -> None:
    """Raise Refused for a text over SHORT tokens."""
    count = len(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
    if count > SHORT:
        words = f"{text[:20]!r} has {count:,} tokens, and {SHORT} fit here: shorten it."
        raise Refused(field, words)
