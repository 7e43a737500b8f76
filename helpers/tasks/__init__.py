"""The other tasks: what notebook 07 shows and asks, and question answering in one call."""

from helpers.tasks.reading import answer

__all__ = ["answer"]
