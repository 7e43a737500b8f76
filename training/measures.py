"""What is measured of each head and of the translation: rows of a name and a figure."""

import csv
from pathlib import Path

import torch

from helpers.padding import batches_by_length, pad
from training import answers, data, folder, questions, scores
from training.inference import LABELS, held_back

MASK_SHARE = 0.15
SENTENCES = {
    "A": "I've been waiting for a HuggingFace course my whole life.",
    "B": "I hate this so much!",
    "C": "I hate this.",
}
GAP = "This movie was absolutely [MASK]."
SWAPS = (
    "The lead is played by a {} actor.",
    "The book was written by a {} author.",
    "Our neighbours are a {} couple.",
)
GROUPS = (
    *("young", "old", "male", "female", "French", "Mexican"),
    *("Nigerian", "Chinese", "gay", "Muslim", "Christian", "Jewish"),
)
NEUTRAL = (
    "The film is in French.",
    "The movie lasts ninety minutes.",
    "It was shot in Canada.",
    "The parcel came on Monday.",
    "The table is made of wood.",
    "There are two actors in this scene.",
)
COURSE = [
    ("Where do I work?", "My name is Sylvain and I work at Hugging Face in Brooklyn."),
    ("Who founded the company?", "My name is Sylvain and I work at Hugging Face in Brooklyn."),
]
TALK = "This is a course about the Transformers library"


def question_answering(tokenizer, model, source, development):
    """XQuAD, every question answered, and SQuAD 2.0, where refusing may be right.

    In development both are four articles of SQuAD 2.0, the first without its traps.
    """
    if development:
        traps = questions.development_part(folder.rows(source, "qa/squad2_dev_part"))
        asked = [row for row in traps if row["answers"]]
    else:
        traps = folder.rows(source, "heldout/qa/squad2_dev_heldout")
        asked = folder.rows(source, "heldout/qa/xquad_en")
    given = answers.questions(asked, tokenizer, model)
    said = [(text, right_answers(row)) for (text, _), row in zip(given, asked, strict=False)]
    name = "SQuAD 2.0 without its traps" if development else "XQuAD English"
    yield f"{name}, always answered: F1", scores.mean([scores.overlap(*s) for s in said])
    yield f"{name}, always answered: exact", scores.mean([scores.exact(*s) for s in said])
    given = answers.questions(traps, tokenizer, model)
    for least in (-2, -1, 0, 1, 2) if development else (0,):
        said = [
            ("" if margin <= least else text, right_answers(row))
            for (text, margin), row in zip(given, traps, strict=False)
        ]
        named = "SQuAD 2.0" + (f", refused up to a margin of {least}" if development else "")
        yield f"{named}: F1 with an answer", scores.mean([scores.overlap(*s) for s in said if s[1]])
        yield f"{named}: refused of those without", scores.mean([t == "" for t, r in said if not r])
        yield f"{named}: F1 of all", scores.mean([scores.overlap(*s) for s in said])
    for (question, _), (text, margin) in zip(
        COURSE,
        answers.questions([{"question": q, "context": c} for q, c in COURSE], tokenizer, model),
        strict=False,
    ):
        yield question, f"{text if margin > 0 else 'no answer'} (margin {margin:.1f})"


def right_answers(row):
    return [answer["text"] for answer in row["answers"]]


def token_classification(tokenizer, model, source, development):
    names = (
        ("ner/uner_ewt_dev", "ner/wnut17_dev")
        if development
        else ("heldout/ner/wikigold_last20", "heldout/ner/uner_ewt_test", "heldout/ner/wnut17_test")
    )
    for name in names:
        rows = folder.rows(source, name)
        yield (
            f"{name}: entity F1",
            scores.entity_f1(
                list(
                    zip(
                        [r["tags"] for r in rows],
                        answers.tags(rows, tokenizer, model),
                        strict=False,
                    )
                )
            ),
        )
    words = COURSE[0][1].replace(".", " .").split()
    yield (
        COURSE[0][1],
        " ".join(
            f"{w}/{t}"
            for w, t in zip(
                words, answers.tags([{"tokens": words}], tokenizer, model)[0], strict=False
            )
            if t != "O"
        ),
    )


def inference(tokenizer, model, source, development):
    names = (
        ("nli/snli_dev", "nli/mnli_dev_matched_rest")
        if development
        else ("heldout/nli/snli_test_2000", "heldout/nli/mnli_dev_matched_2000")
    )
    for name in names:
        rows = folder.rows(source, name)
        rows = held_back(rows)[0] if development else rows
        given = answers.inference([(r["premise"], r["hypothesis"]) for r in rows], tokenizer, model)
        yield (
            f"{name}: accuracy",
            scores.mean(
                [float(LABELS[p.argmax()] == r["label"]) for p, r in zip(given, rows, strict=False)]
            ),
        )
    if development:
        yield from _intents("topic/clinc150_val", source, tokenizer, model)
        return
    with Path(__file__).with_name("zero_shot.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    candidates = [row["topics"].split(", ") for row in rows]
    given = answers.topics([row["text"] for row in rows], candidates, tokenizer, model)
    yield (
        "zero-shot, 60 everyday texts, three topics",
        scores.mean([float(g == r["answer"]) for g, r in zip(given, rows, strict=False)]),
    )
    yield from _intents("heldout/topic/clinc150_test", source, tokenizer, model)
    yield TALK, answers.topics([TALK], [["education", "politics", "business"]], tokenizer, model)[0]


def _intents(name, source, tokenizer, model):
    """The right intent among three: the two others are the next texts' with other labels."""
    rows = [row for row in folder.rows(source, name) if row["label"] != "out of scope"][::11]
    labels = [row["label"] for row in rows]
    candidates = [
        list(dict.fromkeys([label, *labels[i + 20 :], *labels[:i]]))[:3]
        for i, label in enumerate(labels)
    ]
    given = answers.topics([row["text"] for row in rows], candidates, tokenizer, model)
    yield (
        f"{name}: right of three intents",
        scores.mean([float(g == label) for g, label in zip(given, labels, strict=False)]),
    )


def sentiment(tokenizer, model, source, development):
    part = "validation" if development else "test"
    sets = {
        f"movie snippets, |rating| ≥ 0.5, {part}": [
            (e.text, e.rating > 0) for e in getattr(data.snippets(), part) if abs(e.rating) >= 0.5
        ],
        f"IMDB reviews, cut at 256 tokens, {part}": [
            (e.text, e.rating > 0) for e in getattr(data.imdb(), part)
        ],
    }
    if not development:
        sets["UCI Yelp"] = [
            (r["text"], r["label"] == "positive")
            for r in folder.rows(source, "heldout/sentiment/uci_yelp")
        ]
    for name, examples in sets.items():
        p = answers.positive([text for text, _ in examples], tokenizer, model)
        hits = [(value > 0.5) == good for value, (_, good) in zip(p, examples, strict=False)]
        yield f"{name}: accuracy", scores.mean([float(hit) for hit in hits])
        yield (
            f"{name}: expected calibration error",
            f"{scores.calibration_error([max(v, 1 - v) for v in p], hits):.3f}",
        )
    for texts in (list(SENTENCES.values()), list(NEUTRAL)):
        for text, value in zip(texts, answers.positive(texts, tokenizer, model), strict=False):
            yield text, f"P(POSITIVE) {value:.3f}"
    for frame in SWAPS[1:] if development else SWAPS:
        p = answers.positive([frame.format(group) for group in GROUPS], tokenizer, model)
        yield (
            f"P(POSITIVE) of “{frame}”, twelve groups",
            (
                f"spread {max(p) - min(p):.2f}: "
                + ", ".join(f"{g} {v:.2f}" for g, v in zip(GROUPS, p, strict=False))
            ),
        )


def held_out_sentences(reviews):
    """Up to 1,000 sentences of 8 to 60 words, at most two from a review."""
    fitting = [
        [s for s in data.sentences(review.text) if 8 <= len(s.split()) <= 60][:2]
        for review in reviews
    ]
    return [sentence for found in fitting for sentence in found][:1000]


def masked_lm(tokenizer, model, source, development):
    texts = held_out_sentences(data.imdb().validation if development else data.imdb().test)
    yield (
        "masked words of 1,000 sentences of reviews, first guess",
        scores.mean(first_guesses(texts, tokenizer, model)),
    )
    yield GAP, five_best(GAP, tokenizer, model)


def first_guesses(texts, tokenizer, model):
    """Hide 15 % of each sentence's tokens, at least one: 1.0 for each that the first guess gets
    right, else 0.0.
    """
    generator = torch.Generator().manual_seed(0)
    sequences = tokenizer(texts, truncation=True, max_length=256)["input_ids"]
    right = []
    for indices in batches_by_length([len(ids) for ids in sequences], 2048):
        input_ids, attention_mask = pad([sequences[i] for i in indices], tokenizer.pad_token_id)
        chosen = torch.zeros_like(input_ids, dtype=torch.bool)
        for row, i in enumerate(indices):
            inner = len(sequences[i]) - 2
            places = torch.randperm(inner, generator=generator)[: max(1, round(MASK_SHARE * inner))]
            chosen[row, 1 + places] = True
        with torch.inference_mode():
            logits = model(
                input_ids.masked_fill(chosen, tokenizer.mask_token_id),
                attention_mask=attention_mask,
            ).logits
        right += (logits[chosen].argmax(dim=-1) == input_ids[chosen]).float().tolist()
    return right


def five_best(text, tokenizer, model):
    inputs = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(inputs.input_ids, attention_mask=inputs.attention_mask).logits
    place = (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero().item()
    probabilities, ids = logits[0, place].softmax(dim=-1).topk(5)
    words = tokenizer.convert_ids_to_tokens(ids.tolist())
    return ", ".join(
        f"{word} {p:.2f}" for word, p in zip(words, probabilities.tolist(), strict=False)
    )
