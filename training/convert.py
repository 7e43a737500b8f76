"""Published files to a data folder's form.

python -m training.convert squad train-v1.1.json DATA/qa/squad1_train.jsonl.gz
python -m training.convert conll wikigold.conll.txt DATA/ner/wikigold_first80.jsonl.gz
python -m training.convert snli snli_1.0_dev.jsonl DATA/nli/snli_dev.jsonl.gz
python -m training.convert pairs fra.txt DATA/fren/tatoeba_2019.jsonl.gz
"""

import argparse
import json
from pathlib import Path

from training import folder

# What the sets call people, organisations and places; every other kind becomes O.
KINDS = {
    "per": "PER",
    "person": "PER",
    "politician": "PER",
    "musicalartist": "PER",
    "writer": "PER",
    "scientist": "PER",
    "researcher": "PER",
    "org": "ORG",
    "organisation": "ORG",
    "organization": "ORG",
    "corporation": "ORG",
    "group": "ORG",
    "politicalparty": "ORG",
    "band": "ORG",
    "university": "ORG",
    "loc": "LOC",
    "location": "LOC",
    "country": "LOC",
}
INFERENCE = ("entailment", "neutral", "contradiction")


def squad(text):
    """SQuAD 1.1 or 2.0 as one JSON object: a row a question, with no answers where it is
    impossible.
    """
    return [
        {
            "question": asked["question"],
            "context": paragraph["context"],
            "title": article["title"].replace("_", " "),
            "answers": [] if asked.get("is_impossible") else _answers(asked),
        }
        for article in json.loads(text)["data"]
        for paragraph in article["paragraphs"]
        for asked in paragraph["qas"]
    ]


def _answers(asked):
    both = dict.fromkeys((answer["text"], answer["answer_start"]) for answer in asked["answers"])
    return [{"text": text, "start": start} for text, start in both]


def conll(text):
    """CoNLL columns, word first and tag last, a blank line between sentences; tags IOB1 or BIO,
    kinds as in KINDS.
    """
    rows = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        columns = [
            line.split()
            for line in block.splitlines()
            if line.strip() and not line.startswith("-DOCSTART-")
        ]
        if columns:
            rows.append(
                {
                    "tokens": [column[0] for column in columns],
                    "tags": _bio([column[-1] for column in columns]),
                }
            )
    return rows


def _bio(tags):
    """IOB1's I- at the beginning of an entity becomes B-; kinds that are not people, organisations
    or places become O.
    """
    found, before = [], "O"
    for tag in tags:
        kind = KINDS.get(tag[2:].lower())
        inside = tag.startswith("I-") and before[2:] == tag[2:]
        found.append("O" if kind is None else f"{'I' if inside else 'B'}-{kind}")
        before = tag
    return found


def snli(text):
    """SNLI or MultiNLI, a JSON object a line; pairs without a majority label ("-") are left out."""
    pairs = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [
        {"premise": pair["sentence1"], "hypothesis": pair["sentence2"], "label": pair["gold_label"]}
        for pair in pairs
        if pair["gold_label"] in INFERENCE
    ]


def pairs(text):
    """manythings.org's lines: English, a tab, French; what follows a second tab is the attribution
    and left out.
    """
    columns = [line.split("\t") for line in text.splitlines() if "\t" in line]
    return [{"fr": column[1].strip(), "en": column[0].strip()} for column in columns]


FORMS = {form.__name__: form for form in (squad, conll, snli, pairs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("form", choices=FORMS)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, help="ends in .jsonl.gz")
    arguments = parser.parse_args()
    rows = FORMS[arguments.form](arguments.source.read_text(encoding="utf-8"))
    folder.write(arguments.target, rows)
    print(f"{len(rows):,} rows in {arguments.target}")


if __name__ == "__main__":
    main()
