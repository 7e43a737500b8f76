"""Endless batches of one kind, of texts of like length; several such streams mixed by weight."""

import random

from helpers.padding import batches_by_length


class Stream:
    """Batches of `items` for ever: `items` is called with the pass's number, so that a pass may
    draw anew.

    `length`: tokens of an item. A batch holds at most `tokens` of them, pads included.
    """

    def __init__(self, items, length, tokens, seed):
        self.items, self.length, self.tokens, self.seed = items, length, tokens, seed
        self.passes, self.done, self.batches = 0, 0, None

    def next(self):
        if self.batches is None:
            self._shuffle()
        if self.done == len(self.batches):
            self.passes, self.done = self.passes + 1, 0
            self._shuffle()
        self.done += 1
        return self.batches[self.done - 1]

    def _shuffle(self):
        rng = random.Random(f"{self.seed} {self.passes}")
        items = self.items(self.passes)
        rng.shuffle(items)
        groups = batches_by_length([self.length(item) for item in items], self.tokens)
        self.batches = [[items[i] for i in group] for group in groups]
        rng.shuffle(self.batches)

    def place(self):
        return [self.passes, self.done]

    def go_to(self, place):
        (self.passes, self.done), self.batches = place, None


class Mixture:
    """A stream chosen at every step with its weight's chance."""

    def __init__(self, streams, weights, seed):
        self.streams, self.weights, self.seed, self.step = streams, weights, seed, 0

    def next(self):
        """`(name, batch)` of the stream whose turn it is."""
        (name,) = random.Random(f"{self.seed} {self.step}").choices(
            list(self.weights), self.weights.values()
        )
        self.step += 1
        return name, self.streams[name].next()

    def state(self):
        return {
            "step": self.step,
            "places": {name: stream.place() for name, stream in self.streams.items()},
        }

    def load_state(self, state):
        self.step = state["step"]
        for name, place in state["places"].items():
            self.streams[name].go_to(place)
