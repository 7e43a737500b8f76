"""What the five heads and the translation answer, in batches of like length: the evaluation's view
of a checkpoint.
"""

import torch

from helpers.padding import batches_by_length, pad
from training.inference import LABELS

WINDOW, OVERLAP, LONGEST = 384, 128, 30  # tokens


def outputs(model, sequences, tokens=4096):
    """A model's output for each id sequence, pads cut off: a list in the order of `sequences`."""
    results = [None] * len(sequences)
    for group in batches_by_length([len(ids) for ids in sequences], tokens):
        ids, mask = pad([sequences[i] for i in group], 0)
        with torch.inference_mode():
            output = model(input_ids=ids, attention_mask=mask)
        for row, i in enumerate(group):
            if "start_logits" in output:
                both = torch.stack([output.start_logits[row], output.end_logits[row]])
                results[i] = both[:, : len(sequences[i])]
            else:
                logits = output.logits[row]
                results[i] = logits[: len(sequences[i])] if logits.dim() == 2 else logits
    return results


def questions(rows, tokenizer, model):
    """`(answer, margin)` for each row: the best span's text, and its logits less those of no
    answer.
    """
    coded = tokenizer(
        [row["question"] for row in rows],
        [row["context"] for row in rows],
        truncation="only_second",
        max_length=WINDOW,
        stride=OVERLAP,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    best = [("", -1e9, 1e9)] * len(rows)
    for window, logits in enumerate(outputs(model, coded["input_ids"])):
        row = coded["overflow_to_sample_mapping"][window]
        allowed = torch.tensor([part == 1 for part in coded.sequence_ids(window)])
        text, score = _best_span(
            logits, allowed, coded["offset_mapping"][window], rows[row]["context"]
        )
        refused = min(best[row][2], (logits[0, 0] + logits[1, 0]).item())
        best[row] = (*max((best[row][:2], (text, score)), key=lambda pair: pair[1]), refused)
    return [(text, score - refused) for text, score, refused in best]


def _best_span(logits, allowed, offsets, context):
    start, end = logits.masked_fill(~allowed, -1e4)
    scores = start[:, None] + end[None, :]
    places = torch.ones_like(scores).triu().tril(LONGEST - 1).bool()
    scores = scores.masked_fill(~places, -1e9)
    first, last = divmod(scores.argmax().item(), len(end))
    return context[offsets[first][0] : offsets[last][1]], scores[first, last].item()


def tags(rows, tokenizer, model):
    """A tag for each word: that of its first piece."""
    coded = tokenizer([row["tokens"] for row in rows], is_split_into_words=True, truncation=True)
    found = []
    for i, logits in enumerate(outputs(model, coded["input_ids"])):
        first, words = {}, coded.word_ids(i)
        for place, word in enumerate(words):
            first.setdefault(word, place)
        best = logits.argmax(dim=-1).tolist()
        found.append(
            [
                model.config.id2label[best[first[w]]] if w in first else "O"
                for w in range(len(rows[i]["tokens"]))
            ]
        )
    return found


def inference(pairs, tokenizer, model):
    """Probabilities of entailment, neutral and contradiction: one tensor [3] a pair."""
    coded = tokenizer(
        [a for a, _ in pairs], [b for _, b in pairs], truncation="only_first", max_length=256
    )
    return [logits.softmax(dim=-1) for logits in outputs(model, coded["input_ids"])]


def topics(texts, candidates, tokenizer, model, template="This example is {}."):
    """The candidate whose sentence follows best from each text, as
    `pipeline("zero-shot-classification")` chooses it.
    """
    pairs = [
        (text, template.format(topic))
        for text, each in zip(texts, candidates, strict=False)
        for topic in each
    ]
    coded = tokenizer([a for a, _ in pairs], [b for _, b in pairs])
    follows = iter(
        [logits[LABELS.index("entailment")].item() for logits in outputs(model, coded["input_ids"])]
    )
    return [max((next(follows), topic) for topic in each)[1] for each in candidates]


def positive(texts, tokenizer, model, limit=256):
    """P(POSITIVE) of each text, cut at `limit` tokens."""
    coded = tokenizer(texts, truncation=True, max_length=limit)["input_ids"]
    return [logits.softmax(dim=-1)[1].item() for logits in outputs(model, coded)]
