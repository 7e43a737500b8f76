"""Fifty inputs a task for the conformance run, from the course's data or put together here."""

import itertools
import re

from helpers import PROJECT

DATA = PROJECT / "notebooks" / "data"
PEOPLE = ["Sylvain", "Ada Lovelace", "Maria", "John Keats", "Amélie"]
PLACES = ["Paris", "New York", "Lyon", "Rome", "Berlin"]
FIRMS = ["Hugging Face", "the BBC"]
TOPICS = ["food", "travel", "sport", "music"]
BEGINNINGS = ["The", "My brother said that the", "In the morning the", "Nobody knew why the", "A"]
THINGS = ["cat", "train", "old cinema", "tickets", "rain", "film", "city", "doctor", "sea", "dog"]


def inputs(task: str, mask: str = "[MASK]") -> list[tuple]:
    """Fifty tuples of what `my_pipeline(task)` is called with. `mask`: the tokenizer's."""
    opinions, sentences = _column("sentiment.tsv"), _column("sentences.tsv")
    trips = list(itertools.product(PEOPLE, PLACES, FIRMS))
    made: dict[str, list[tuple]] = {
        "sentiment-analysis": [(text,) for text in opinions[:50]],
        "fill-mask": [(_masked(text, mask),) for text in sentences[:50]],
        "token-classification": [(_trip(*trip),) for trip in trips],
        "zero-shot-classification": [(text, TOPICS) for text in sentences[:50]],
        "question-answering": [(f"Where does {who} work?", _trip(who, *at)) for who, *at in trips],
        "text-generation": [(f"{a} {b}",) for a in BEGINNINGS for b in THINGS],
    }
    return made[task]


def _column(name: str) -> list[str]:
    lines = (DATA / name).read_text("utf-8").splitlines()[1:]
    return [line.split("\t")[1] for line in lines]


def _masked(text: str, mask: str) -> str:
    """The text with its longest word, the first of these, hidden."""
    longest = max(re.findall(r"\w+", text), key=len)
    return text.replace(longest, mask, 1)


def _trip(who: str, place: str, firm: str) -> str:
    return f"{who} took the train to {place}, and works at {firm} now."
