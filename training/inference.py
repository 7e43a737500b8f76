"""Inference: pairs of sentences, and texts with sentences that name a topic, as zero-shot
classification asks.
"""

import random
import re
from pathlib import Path
from typing import NamedTuple

from training import folder

LABELS = ("entailment", "neutral", "contradiction")
SETS = {
    "nli/snli_train_subset": 1,
    "nli/snli_train_subset2": 1,
    "nli/snli_test_rest": 1,
    "nli/snli_cad_revised_train": 1,
    "nli/snli_cad_revised_test": 1,
    "nli/mnli_dev_matched_rest": 3,
}  # and how often a pass has each
SAMPLED = {"nli/breaking_nli": 1500, "nli/help_conj_disj": 2000}
INTENTS = ("topic/clinc150_train", "topic/hwu64_kfold1_train", "topic/banking77_train")
TEMPLATES = (
    4 * ("This example is {}.",)
    + 2 * ("This example is about {}.",)
    + ("This text is about {}.", "The topic is {}.")
)


class Item(NamedTuple):
    ids: list
    label: int


def ids(first, second, tokenizer, limit=128):
    return tokenizer(first, second, truncation="only_first", max_length=limit)["input_ids"]


def held_back(rows):
    """`(development, training)` by premise, a tenth of the premises for development."""
    premises = set(folder.part(sorted({row["premise"] for row in rows}), 0.1)[0])
    return [r for r in rows if r["premise"] in premises], [
        r for r in rows if r["premise"] not in premises
    ]


def topic_table():
    """`{label of a data set: [topics]}` out of topics.txt; SQuAD's labels are the titles of its
    articles.
    """
    table = {}
    for line in Path(__file__).with_name("topics.txt").read_text(encoding="utf-8").splitlines():
        topics, labels = line.split(": ", 1)
        for label in labels.split("|"):
            table.setdefault(label, []).extend(topics.split(", "))
    return table


class Inference:
    def __init__(self, data, tokenizer):
        self.tokenizer, self.table = tokenizer, topic_table()
        self.everything = sorted({topic for topics in self.table.values() for topic in topics})
        self.pairs = [
            row for name, times in SETS.items() for row in times * self._training(data, name)
        ]
        self.sampled = {name: folder.rows(data, name) for name in SAMPLED}
        self.intents = [
            (row["text"], row["label"], "*banking77" if "banking" in name else row["label"])
            for name in INTENTS
            for row in folder.rows(data, name)
            if row["label"] != "out of scope"
        ]
        self.squad = folder.rows(data, "qa/squad1_train")
        self.intent_names = sorted({label for _, label, _ in self.intents})

    def _training(self, data, name):
        rows = folder.rows(data, name)
        return held_back(rows)[1] if "mnli" in name or "snli_test" in name else rows

    def one_pass(self, number):
        """Pairs as they are, and about as many texts with one right and one wrong topic each."""
        rng = random.Random(f"inference {number}")
        rows = rng.sample(self.pairs, 40_000) + [
            row for name, size in SAMPLED.items() for row in rng.sample(self.sampled[name], size)
        ]
        triples = [(row["premise"], row["hypothesis"], LABELS.index(row["label"])) for row in rows]
        for text, label, key in rng.sample(self.intents, 8000):
            triples += self._intent(text, label, self.table.get(key, []), rng)
        for row in rng.sample(self.squad, 8000):
            triples += self._article(row, rng)
        coded = self.tokenizer(
            [t[0] for t in triples],
            [t[1] for t in triples],
            truncation="only_first",
            max_length=128,
        )
        return [
            Item(row, label)
            for row, (_, _, label) in zip(coded["input_ids"], triples, strict=False)
        ]

    def _intent(self, text, label, topics, rng):
        if topics and rng.random() < 0.7:
            return self._both(text, rng.choice(topics), topics, self.everything, rng)
        return self._both(text, label, [label], self.intent_names, rng)

    def _article(self, row, rng):
        """A question or a sentence or two of a SQuAD article, with its title or the topics that it
        belongs to.
        """
        title = row["title"]
        topics = self.table.get(title, [])
        sentences = re.split(r"(?<=[.!?])\s+", row["context"])
        begin = rng.randrange(len(sentences))
        text = (
            row["question"]
            if rng.random() < 0.4
            else " ".join(sentences[begin : begin + rng.randint(1, 2)])
        )
        if topics and rng.random() < 0.75:
            return self._both(text, rng.choice(topics), topics, self.everything, rng)
        return self._both(text, title, [title, *topics], self.everything, rng)

    def _both(self, text, right, all_right, others, rng):
        wrong = rng.choice([other for other in others if other not in all_right])
        template = rng.choice(TEMPLATES)
        return [(text, template.format(right), 0), (text, template.format(wrong), 2)]
