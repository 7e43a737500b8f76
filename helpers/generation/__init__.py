"""Text from a causal language model, built in the open by notebook 06."""

from helpers.generation.decoding import generate, temperature, top_k, top_p

__all__ = ["generate", "temperature", "top_k", "top_p"]
