"""Stages made fast, on the same weights."""

from helpers.speed.llama import LlamaByHand, product

__all__ = ["LlamaByHand", "product"]
