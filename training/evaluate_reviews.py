"""Evaluate the embedded checkpoint on texts that training never saw.

    python -m training.evaluate_reviews [FOLDER]

Prints a Markdown table, the same on every run. FOLDER defaults to the checkpoint that comes with
the course.
"""

import argparse
from pathlib import Path

import torch
from tqdm.auto import tqdm
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

from helpers.padding import batches_by_length, pad
from helpers.pipeline import classify
from helpers.weights import EMBEDDED
from training import data

MASK_SHARE = 0.15
SENTENCES = {
    "A": "I've been waiting for a HuggingFace course my whole life.",
    "B": "I hate this so much!",
    "C": "I hate this.",
}
GAP = "This movie was absolutely [MASK]."
SWAPS = "The lead is played by a {} actor."
GROUPS = (
    "young",
    "old",
    "male",
    "female",
    "French",
    "Mexican",
    "Nigerian",
    "Chinese",
    "gay",
    "Muslim",
    "Christian",
    "Jewish",
)


def sentiment_accuracy(examples, tokenizer, model):
    """Share of examples whose label has the sign of their rating: float in [0, 1]."""
    answers = classify([example.text for example in examples], tokenizer, model, progress=True)
    right = [
        (answer["label"] == "POSITIVE") == (example.rating > 0)
        for answer, example in zip(answers, examples, strict=False)
    ]
    return sum(right) / len(right)


def held_out_sentences(reviews):
    """Up to 1,000 sentences of 8 to 60 words, at most two from a review."""
    fitting = [
        [s for s in data.sentences(review.text) if 8 <= len(s.split()) <= 60][:2]
        for review in reviews
    ]
    return [sentence for found in fitting for sentence in found][:1000]


def masked_lm_accuracy(texts, tokenizer, model):
    """Hide 15 % of each sentence's tokens, at least one; return the share guessed right at first,
    and how many were hidden.
    """
    generator = torch.Generator().manual_seed(0)
    sequences = tokenizer(texts, truncation=True, max_length=256)["input_ids"]
    right = hidden = 0
    for indices in tqdm(batches_by_length([len(ids) for ids in sequences], 2048), desc="masked-lm"):
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
        right += (logits[chosen].argmax(dim=-1) == input_ids[chosen]).sum().item()
        hidden += chosen.sum().item()
    return right / hidden, hidden


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
    guessed, hidden = masked_lm_accuracy(sentences, tokenizer, masked_lm)
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
