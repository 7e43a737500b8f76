"""Evaluate the embedded checkpoint on texts that training never saw.

    python -m training.evaluate_reviews [FOLDER]

Prints a Markdown table, the same on every run. FOLDER defaults to the checkpoint that comes with
the course.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

from helpers.pipeline import classify
from helpers.weights import EMBEDDED
from training import data
from training.measures import (
    GAP,
    GROUPS,
    SENTENCES,
    first_guesses,
    five_best,
    held_out_sentences,
)

SWAPS = "The lead is played by a {} actor."


def sentiment_accuracy(examples, tokenizer, model):
    """Share of examples whose label has the sign of their rating: float in [0, 1]."""
    answers = classify([example.text for example in examples], tokenizer, model, progress=True)
    right = [
        (answer["label"] == "POSITIVE") == (example.rating > 0)
        for answer, example in zip(answers, examples, strict=False)
    ]
    return sum(right) / len(right)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=EMBEDDED)
    folder = parser.parse_args().folder
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    sentiment = AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32
    ).eval()
    masked_lm = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()

    snippets = [example for example in data.snippets().test if abs(example.rating) >= 0.5]
    reviews = data.imdb().test
    sentences = held_out_sentences(reviews)
    shorter = AutoTokenizer.from_pretrained(folder, model_max_length=256)
    guesses = first_guesses(sentences, tokenizer, masked_lm)
    guessed, hidden = sum(guesses) / len(guesses), len(guesses)
    rows = [
        (
            f"{len(snippets):,} movie snippets with \\|rating\\| ≥ 0.5, accuracy",
            f"{sentiment_accuracy(snippets, tokenizer, sentiment):.1%}",
        ),
        (
            f"{len(reviews):,} IMDB reviews, cut at 256 tokens, accuracy",
            f"{sentiment_accuracy(reviews, shorter, sentiment):.1%}",
        ),
        (
            f"masked LM, {hidden:,} tokens of {len(sentences):,} sentences, first guess right",
            f"{guessed:.1%}",
        ),
        (f"masked LM, five best for “{GAP}”", five_best(GAP, tokenizer, masked_lm)),
    ]
    rows += said(tokenizer, sentiment)
    print("| measured | result |\n|---|---|")
    for row in rows:
        print(f"| {row[0]} | {row[1]} |")


def said(tokenizer, sentiment):
    """Rows of the course's own sentences, and of one sentence about twelve groups of people."""
    answers = classify(list(SENTENCES.values()), tokenizer, sentiment)
    rows = [
        (f"{name}: “{text}”", f"{answer['label']} {answer['score']:.3f}")
        for (name, text), answer in zip(SENTENCES.items(), answers, strict=False)
    ]
    swapped = classify([SWAPS.format(group) for group in GROUPS], tokenizer, sentiment)
    positive = [a["score"] if a["label"] == "POSITIVE" else 1 - a["score"] for a in swapped]
    rows.append(
        (
            f"P(POSITIVE) of “{SWAPS.format('…')}”",
            ", ".join(f"{group} {p:.2f}" for group, p in zip(GROUPS, positive, strict=False)),
        )
    )
    return rows


if __name__ == "__main__":
    main()
