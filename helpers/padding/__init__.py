"""Sequences of different lengths in one batch, built in the open by notebook 05."""

from helpers.padding.batches import batches_by_length, pad, waste

__all__ = ["batches_by_length", "pad", "waste"]
