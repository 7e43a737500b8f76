"""Print the cards' tables: every head and the translation on texts that training never saw.

    python -m training.evaluate CHECKPOINT --data FOLDER [--translation FOLDER] [--only HEAD ...]

Shares and F1 in percent, each with one standard error and the number of texts. `--development`
measures on what settings are chosen by; without it, on `heldout/`, which is for the final figure.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from training import assemble, fluency, measures

HEADS = {
    "question-answering": (AutoModelForQuestionAnswering, measures.question_answering),
    "token-classification": (AutoModelForTokenClassification, measures.token_classification),
    "inference": (AutoModelForSequenceClassification, measures.inference),
    "sentiment": (AutoModelForSequenceClassification, measures.sentiment),
    "masked-lm": (AutoModelForMaskedLM, measures.masked_lm),
}


def head_rows(checkpoint, head, source, development):
    """Rows of one head, read out of a folder that was put together for it."""
    kind, measure = HEADS[head]
    with tempfile.TemporaryDirectory() as place:
        assemble.put_together(checkpoint, head, Path(place))
        tokenizer = AutoTokenizer.from_pretrained(place)
        model = kind.from_pretrained(place, dtype=torch.float32).eval()
    yield from measure(tokenizer, model, source, development)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--translation", type=Path)
    parser.add_argument(
        "--only", nargs="*", choices=[*HEADS, "translation"], default=[*HEADS, "translation"]
    )
    parser.add_argument("--development", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print("| measured | result |\n|---|---|")
    for name in arguments.only:
        if name in HEADS:
            rows = head_rows(arguments.checkpoint, name, arguments.data, arguments.development)
        else:
            rows = (
                fluency.translated(arguments.translation, arguments.data, arguments.development)
                if arguments.translation
                else ()
            )
        for measured, result in rows:
            print(f"| {measured} | {result} |".replace("|rating|", "\\|rating\\|"), flush=True)


if __name__ == "__main__":
    main()
