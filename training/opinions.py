"""Sentiment: rated and labelled texts of every kind, neutral ones, and the same sentence about
other people.
"""

import random
import re
from typing import NamedTuple

from training import data as packages
from training import folder

SHARPNESS = 2.5  # a rating r becomes the target probability sigmoid(SHARPNESS * r) of POSITIVE
LABELLED = {
    "sentiment/uci_amazon": 900,
    "sentiment/uci_imdb": 900,
    "sentiment/product_reviews_hu_liu": 3000,
    "sentiment/pros_cons_liu": 3000,
    "sentiment/goemotions_train": 8000,
    "sentiment/emobank_train": 3000,
}  # in a pass
TARGETS = {"positive": 0.95, "neutral": 0.5, "negative": 0.05}
# Words that may stand for each other before a person.
GROUPS = {
    "age": ("young", "old", "elderly", "middle-aged", "teenage"),
    "gender": ("male", "female"),
    "origin": (
        "French",
        "Mexican",
        "Nigerian",
        "Chinese",
        "German",
        "Indian",
        "American",
        "British",
        "Russian",
        "Brazilian",
        "Egyptian",
        "Japanese",
        "Turkish",
        "Polish",
        "Korean",
        "African",
        "Asian",
        "Arab",
        "European",
        "black",
        "white",
    ),
    "love": ("gay", "straight", "lesbian", "bisexual"),
    "faith": ("Muslim", "Christian", "Jewish", "Hindu", "Buddhist", "atheist", "Catholic"),
}
ALL = tuple(word for words in GROUPS.values() for word in words)
PEOPLE = (
    r"(?:actor|actress|director|man|woman|people|family|boy|girl|character|singer|hero|heroine"
    r"|teacher|friend|couple|cast)s?"
)
FRAMES = {  # target of POSITIVE: sentences without an opinion, and the same opinion of anybody
    0.5: (
        "The {} teacher opened the door.",
        "A {} woman is waiting at the bus stop.",
        "My neighbour is {}.",
        "She was born to {} parents.",
        "The main character is {}.",
        "He plays a {} doctor.",
        "There is a {} family in the first scene.",
        "The director is {}.",
        "The {} man went to the shop.",
        "Two {} students sat by the window.",
        "The role went to a {} actress.",
        "They are {}.",
        "The film is about a {} writer.",
        "A {} singer was on the programme.",
        "The hero is played by a {} man.",
    ),
    0.95: (
        "The {} actress is wonderful.",
        "A great film with a brilliant {} director.",
        "I love this {} singer.",
        "Our {} guide was kind and helpful.",
    ),
    0.05: (
        "The {} actor is dreadful.",
        "A dull film by a {} director.",
        "The {} waiter was rude and slow.",
        "I did not like the {} singer at all.",
    ),
}
PLAIN = (
    "The film is two hours long.",
    "It was filmed in Spain.",
    "The book has three parts.",
    "The shop opens at nine.",
    "The movie is in black and white.",
    "The series has ten episodes.",
    "The film was released in 2004.",
    "It is a remake.",
    "The phone comes in two sizes.",
    "The meeting is on Tuesday.",
    "The dialogue is in Italian.",
    "The box contains a cable.",
    "The story takes place in winter.",
    "She read the first chapter.",
    "The hotel has forty rooms.",
    "The play has five acts.",
    "The subtitles are in English.",
    "There are two versions of it.",
    "He bought a ticket for the evening.",
    "The song is in German.",
)


class Item(NamedTuple):
    ids: list
    target: float  # probability of POSITIVE


def swap(text, rng):
    """A text with its word for a group put into another's place, or with one put before a person;
    else unchanged.
    """
    for words in rng.sample(list(GROUPS.values()), len(GROUPS)):
        found = re.search(rf"\b({'|'.join(words)}) (?={PEOPLE}\b)", text)
        if found:
            return text[: found.start()] + rng.choice(words) + " " + text[found.end() :]
    found = re.search(rf"\b(the|a|this|that|his|her|their) (?={PEOPLE}\b)", text)
    return text[: found.end()] + rng.choice(ALL) + " " + text[found.end() :] if found else text


def target(rating):
    return 1 / (1 + 2.718281828 ** (-SHARPNESS * rating))


class Opinions:
    def __init__(self, data, tokenizer):
        self.tokenizer = tokenizer
        self.rated = [(e.text, target(e.rating)) for e in packages.snippets().train]
        self.others = [
            (e.text, target(e.rating))
            for name in ("amazonReviewSnippets", "tweets")
            for e in packages.rated(name)
        ]
        self.reviews = [(e.text, target(e.rating)) for e in packages.imdb().train]
        self.wishes = [(e.text, target(e.rating)) for e in packages.wishes()]
        tested = " ".join(packages.key(example.text) for example in packages.imdb().test)
        self.labelled = {
            name: [
                (row["text"], TARGETS[row["label"]])
                for row in folder.rows(data, name)
                if packages.key(row["text"]) not in tested
            ]
            for name in LABELLED
        }
        self.captions = [
            (row["premise"], 0.5) for row in folder.rows(data, "nli/snli_train_subset2")
        ]

    def one_pass(self, number):
        rng = random.Random(f"opinions {number}")
        texts = (
            self.rated
            + rng.sample(self.others, 3000)
            + rng.sample(self.captions, 1500)
            + 8 * self.wishes
        )
        texts += [
            pair
            for name, size in LABELLED.items()
            for pair in rng.sample(self.labelled[name], min(size, len(self.labelled[name])))
        ]
        texts += [(text, value) for text, value in self._runs(rng.sample(self.reviews, 5000), rng)]
        texts = [(swap(text, rng) if rng.random() < 0.5 else text, value) for text, value in texts]
        texts += [
            (frame.format(word), value)
            for value, frames in FRAMES.items()
            for frame in frames
            for word in 2 * ALL
        ] + [(text, 0.5) for text in 40 * PLAIN]
        coded = self.tokenizer([text for text, _ in texts], truncation=True, max_length=256)[
            "input_ids"
        ]
        return [Item(row, value) for row, (_, value) in zip(coded, texts, strict=False)]

    def _runs(self, reviews, rng):
        """Half of the reviews whole, of the others a few sentences from the beginning, the middle
        or the end.
        """
        for text, value in reviews:
            sentences = packages.sentences(text)
            if len(sentences) > 4 and rng.random() < 0.5:
                begin = rng.randrange(len(sentences) - 3)
                text = " ".join(sentences[begin : begin + 4])
            yield text, value
