"""What a stopped run goes on from, and the clock that its learning rate follows."""

import math
import os
import time

import torch


class Clock:
    """Seconds of training, those of earlier runs included, out of a budget; `warm` is the share for
    the rise.
    """

    def __init__(self, minutes, spent=0.0, warm=0.03):
        self.budget, self.before, self.started, self.warm = (
            60 * minutes,
            spent,
            time.monotonic(),
            warm,
        )

    def spent(self):
        return self.before + time.monotonic() - self.started

    def share(self):
        """Share of the budget that is spent: float in [0, 1]."""
        return min(1.0, self.spent() / self.budget)

    def rate(self):
        """Factor of the learning rate: up from 0 to 1 in the first `warm` of the budget, down to 0
        at its end as a cosine.
        """
        share = self.share()
        if share < self.warm:
            return max(0.01, share / self.warm)
        return 0.5 * (1 + math.cos(math.pi * (share - self.warm) / (1 - self.warm)))


def save(path, state):
    """Write under another name, then rename: a reader finds the old state or the new one, both
    whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load(path):
    """The saved state, or None where there is none."""
    return torch.load(path, weights_only=True) if path.exists() else None
