"""Masked words: sentences of reviews and of encyclopedia articles."""

import random

from training import data as packages
from training import folder

SIZES = (1, 1, 2, 4)  # sentences of one text


class Words:
    def __init__(self, data, tokenizer):
        self.tokenizer = tokenizer
        self.reviews = [example.text for example in packages.imdb().train]
        self.articles = sorted({row["context"] for row in folder.rows(data, "qa/squad1_train")})

    def one_pass(self, number):
        """Ids of 12,000 runs of sentences, three of reviews to one of articles."""
        rng = random.Random(f"words {number}")
        texts = [
            self._run(text, rng)
            for text in rng.sample(self.reviews, 9000) + rng.sample(self.articles, 3000)
        ]
        return self.tokenizer(texts, truncation=True, max_length=96)["input_ids"]

    def _run(self, text, rng):
        sentences = packages.sentences(text)
        begin = rng.randrange(len(sentences))
        return " ".join(sentences[begin : begin + rng.choice(SIZES)])
