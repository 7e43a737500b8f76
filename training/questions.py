"""Question answering: SQuAD and QAMR rows to ids with a span, and questions that the passage
doesn't answer.
"""

import random
import re
from typing import NamedTuple

from training import folder

WINDOWS = (48, 64, 64, 96, 96, 128, 320)  # tokens of passage that an example keeps
DEVELOPMENT = ("Steam engine", "Civil disobedience", "Black Death", "Normans")  # SQuAD 2.0 articles
PARTS = {
    "sentence left out": 0.1,
    "question changed": 0.2,
    "other passage": 0.05,
}  # shares of SQuAD made unanswerable
OPPOSITES = (
    "first last",
    "before after",
    "largest smallest",
    "most least",
    "more less",
    "north south",
    "east west",
    "early late",
    "high low",
    "highest lowest",
    "oldest youngest",
    "increase decrease",
    "won lost",
    "beginning end",
    "minimum maximum",
    "began ended",
    "start stop",
    "never always",
    "can cannot",
    "is isn't",
    "was wasn't",
    "did didn't",
    "does doesn't",
)


class Item(NamedTuple):
    ids: list
    start: int  # token of the answer's beginning; 0, [CLS], where there is none
    end: int


class Passage(NamedTuple):
    ids: list
    offsets: list  # first and last character of each token, the last exclusive


class Questions:
    """Everything a pass draws from: rows, and their passages and questions as ids."""

    def __init__(self, data, tokenizer):
        self.tokenizer = tokenizer
        squad = [
            row
            for row in folder.rows(data, "qa/squad1_train", "qa/squad1_dev_part")
            if "occurrences" not in row
        ]
        self.squad, self.human = squad, training_part(folder.rows(data, "qa/squad2_dev_part"))
        self.short = folder.rows(data, "qa/qamr_dev", "qa/qamr_test")
        everything = squad + self.human + self.short
        self.passages = self._passages(sorted({row["context"] for row in everything}))
        self.asked = self._ids(sorted({row["question"] for row in everything}))
        self.by_title = {}
        for row in squad:
            self.by_title.setdefault(row["title"], []).append(row)

    def _passages(self, texts):
        coded = self.tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
        return {
            text: Passage(*both)
            for text, *both in zip(texts, coded["input_ids"], coded["offset_mapping"], strict=False)
        }

    def _ids(self, texts):
        return dict(
            zip(texts, self.tokenizer(texts, add_special_tokens=False)["input_ids"], strict=False)
        )

    def one_pass(self, number):
        """Items of one pass: all of SQuAD, some of it made unanswerable, its people's traps twice,
        half of QAMR.
        """
        rng = random.Random(f"questions {number}")
        items = [self._squad(row, rng) for row in self.squad]
        items += [
            self._plain(row, rng)
            for row in 2 * self.human + rng.sample(self.short, len(self.short) // 2)
        ]
        return [item for item in items if item]

    def _squad(self, row, rng):
        (kind,) = rng.choices([*PARTS, None], [*PARTS.values(), 1 - sum(PARTS.values())])
        if kind == "sentence left out":
            return self._left_out(row, rng)
        if kind == "other passage":
            other = rng.choice(self.by_title[row["title"]])
            if row["answers"][0]["text"].lower() not in other["context"].lower():
                return self._item(row["question"], other["context"], None, rng)
        if kind == "question changed":
            changed = change(row["question"], row["context"], rng)
            if changed:
                return self._item(changed, row["context"], None, rng)
        return self._plain(row, rng)

    def _plain(self, row, rng):
        return self._item(
            row["question"], row["context"], row["answers"][0] if row["answers"] else None, rng
        )

    def _item(self, question, context, answer, rng):
        passage = self.passages[context]
        first, last = span_of(answer, passage) if answer else (0, -1)
        if first is None:
            return None
        size = min(max(rng.choice(WINDOWS), last + 1 - first), len(passage.ids))
        latest = len(passage.ids) - size
        begin = rng.randint(max(0, last + 1 - size), min(first, latest) if answer else latest)
        span = (first - begin, last - begin) if answer else None
        return self._build(question, passage.ids[begin : begin + size], span)

    def _build(self, question, window, span):
        """Ids of [CLS] question [SEP] window [SEP], and the span's place in them."""
        tokenizer = self.tokenizer
        asked = self.asked.get(question)
        if asked is None:
            asked = tokenizer(question, add_special_tokens=False)["input_ids"]
        asked = asked[:48]
        between = tokenizer.sep_token_id
        ids = [tokenizer.cls_token_id, *asked, between, *window, between]
        start, end = (len(asked) + 2 + place for place in span) if span else (0, 0)
        return Item(ids, start, end)

    def _left_out(self, row, rng):
        """The longer part of the passage before or after the answer, if it lacks the answer's
        words.
        """
        passage, answer = self.passages[row["context"]], row["answers"][0]
        first, last = span_of(answer, passage)
        if first is None:
            return None
        before, after = slice(0, max(0, first - 12)), slice(last + 12, len(passage.ids))
        part = max(before, after, key=lambda s: s.stop - s.start)
        offsets = passage.offsets[part]
        if len(offsets) < 40:
            return self._plain(row, rng)
        words = row["context"][offsets[0][0] : offsets[-1][1]]
        if answer["text"].lower() in words.lower():
            return self._plain(row, rng)
        return self._build(row["question"], passage.ids[part][: rng.choice(WINDOWS)], None)


def span_of(answer, passage):
    """First and last token of an answer; `(None, None)` where it begins or ends inside a token."""
    end = answer["start"] + len(answer["text"])
    first = next((i for i, (a, _) in enumerate(passage.offsets) if a == answer["start"]), None)
    last = next((i for i, (_, b) in enumerate(passage.offsets) if b == end), None)
    return (None, None) if first is None or last is None or last < first else (first, last)


def training_part(rows):
    return [row for row in rows if row["title"] not in DEVELOPMENT]


def development_part(rows):
    """The articles that training doesn't see: they choose between settings."""
    return [row for row in rows if row["title"] in DEVELOPMENT]


def change(question, context, rng):
    """A question that asks for something else: another name or number of the passage, or an
    opposite word. None: no change.
    """
    names = r"(?<!^)\b(?:[A-Z][\w.-]+(?: (?:of |the )?[A-Z][\w.-]+)*|\d[\d,.]*\d|\d+)\b"
    own = [m for m in re.finditer(names, question) if m.start() > 0]
    others = sorted({m.group() for m in re.finditer(names, context)})
    pairs = [pair.split() for pair in OPPOSITES]
    swaps = [
        (a, b) for pair in pairs for a, b in (pair, pair[::-1]) if re.search(rf"\b{a}\b", question)
    ]
    if swaps and (not own or rng.random() < 0.5):
        old, new = rng.choice(swaps)
        return re.sub(rf"\b{old}\b", new, question, count=1)
    if not own:
        return None
    found = rng.choice(own)
    fitting = [
        o
        for o in others
        if o[0].isdigit() == found.group()[0].isdigit()
        and o not in question
        and found.group() not in o
    ]
    if not fitting:
        return None
    return question[: found.start()] + rng.choice(fitting) + question[found.end() :]
