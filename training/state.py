"""What a stopped run goes on from, and the clock that its learning rate follows."""

import math
import os
import time

import torch


class Clock:
    """Where a training stands between its beginning, 0, and its end, 1.

    `minutes` of processor time are its budget, those `spent` (seconds) by earlier runs included:
    a busy machine takes longer, and does as much. `wall`: minutes by the clock after which this
    run ends in any case. `warm`: share of the way in which the learning rate rises.
    """

    def __init__(self, minutes, spent=0.0, wall=None, warm=0.03):
        self.budget, self.before, self.wall, self.warm = 60 * minutes, spent, wall, warm
        self.processor, self.started = processor_seconds(), time.monotonic()

    def spent(self):
        """Seconds of processor time, those of earlier runs included."""
        return self.before + processor_seconds() - self.processor

    def share(self):
        """Float in [0, 1]: of the budget, or of the way from a run's start to its last minute."""
        share = min(1.0, self.spent() / self.budget)
        if self.wall is None:
            return share
        first = min(1.0, self.before / self.budget)
        gone = (time.monotonic() - self.started) / (60 * self.wall)
        return min(1.0, max(share, first + (1 - first) * gone))

    def rate(self):
        """Factor of the learning rate: up from 0 to 1 in the first `warm` of the budget, down to 0
        at its end as a cosine.
        """
        share = self.share()
        if share < self.warm:
            return max(0.01, share / self.warm)
        return 0.5 * (1 + math.cos(math.pi * (share - self.warm) / (1 - self.warm)))


def processor_seconds():
    """What this process has computed, by the thread."""
    return time.process_time() / torch.get_num_threads()


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
