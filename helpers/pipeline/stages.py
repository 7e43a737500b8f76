"""The three stages of `pipeline("sentiment-analysis")` by hand, as notebook 01 builds them, and all of them in one call."""

import torch
from tqdm.auto import tqdm

from helpers.padding import batches_by_length, pad


def preprocess(texts, tokenizer):
    """Stage 1, text to ids.

    `texts`: list of str. Returns `{"input_ids", "attention_mask"}`, both int64 [batch, sequence], padded on the right to
    the longest text and cut at the tokenizer's limit. Raises TypeError for anything but a list of str, ValueError for
    an empty one and for a text that is not valid Unicode.
    """
    input_ids, attention_mask = pad(_ids(texts, tokenizer), tokenizer.pad_token_id)
    return {"input_ids": input_ids, "attention_mask": attention_mask}


def forward(inputs, model):
    """Stage 2, ids to logits: float [batch, labels], on the CPU. `inputs` as `preprocess` returns them, or on any device."""
    with torch.inference_mode():
        return (
            model(**{name: tensor.to(model.device) for name, tensor in inputs.items()})
            .logits.float()
            .cpu()
        )


def postprocess(logits, id2label):
    """Stage 3, logits to answers.

    `logits`: float [batch, labels]. `id2label`: `model.config.id2label`. Returns one `{"label": str, "score": float}` a
    row: the most probable label and its probability, by softmax.
    """
    scores, ids = logits.softmax(dim=-1).max(dim=-1)
    return [
        {"label": id2label[i], "score": score} for i, score in zip(ids.tolist(), scores.tolist())
    ]


def classify(texts, tokenizer, model, *, max_tokens=512, progress=False):
    """Texts to answers, in input order, like `pipeline("sentiment-analysis")(texts)`.

    Texts of similar length share a batch of at most `max_tokens` ids, pads included; notebook 05 shows what that saves. 512 fill
    the longest text of most encoders, and what a layer computes for them stays in the cache of a processor (`make bench`).
    `texts`: list of str; an empty list gives an empty list. `model`: a sequence-classification model in eval mode.
    `progress`: show a bar. Returns `[{"label": str, "score": float}]`. Raises TypeError for anything but a list of str,
    ValueError for a text that is not valid Unicode.
    """
    if isinstance(texts, (list, tuple)) and not texts:
        return []
    sequences = _ids(texts, tokenizer)
    answers = [None] * len(sequences)
    with tqdm(total=len(sequences), unit="text", disable=not progress) as bar:
        for indices in batches_by_length([len(ids) for ids in sequences], max_tokens):
            input_ids, attention_mask = pad([sequences[i] for i in indices], tokenizer.pad_token_id)
            logits = forward({"input_ids": input_ids, "attention_mask": attention_mask}, model)
            for i, answer in zip(indices, postprocess(logits, model.config.id2label)):
                answers[i] = answer
            bar.update(len(indices))
    return answers


def _ids(texts, tokenizer):
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
                f"text {number} is not valid Unicode: it has half a character, {half}. Leave that out."
            ) from None
    return tokenizer(list(texts), truncation=True)["input_ids"]
