"""Token classification: sentences cut into words with tags, to ids with a label each."""

import random
from typing import NamedTuple

from training import folder

LABELS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
SETS = (
    "ner/wikigold_first80",
    "ner/wnut17_train",
    "ner/uner_ewt_train",
    "ner/uner_pud",
    "ner/crossner_train",
    "ner/crossner_dev",
    "ner/crossner_test",
)
TWEETS = "ner/btc_all"  # the noisiest: a third of it in a pass


class Item(NamedTuple):
    ids: list
    labels: list  # -100 at the special tokens


def item(row, tokenizer, limit=256):
    """Every piece of a word has a label: the first B- where the word begins an entity, all others
    I-.
    """
    coded = tokenizer(row["tokens"], is_split_into_words=True, truncation=True, max_length=limit)
    labels, before = [], None
    for word in coded.word_ids():
        tag = "O" if word is None else row["tags"][word]
        again = word == before and tag.startswith("B-")
        labels.append(-100 if word is None else LABELS.index(f"I-{tag[2:]}" if again else tag))
        before = word
    return Item(coded["input_ids"], labels)


class Entities:
    def __init__(self, data, tokenizer):
        self.clean = [item(row, tokenizer) for row in folder.rows(data, *SETS)]
        self.tweets = [item(row, tokenizer) for row in folder.rows(data, TWEETS)]

    def one_pass(self, number):
        return self.clean + random.Random(f"entities {number}").sample(
            self.tweets, len(self.tweets) // 3
        )
