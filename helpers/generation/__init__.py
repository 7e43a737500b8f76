"""Text from a causal language model, built in the open by notebook 06."""

from helpers.generation.decoding import (
    generate,
    min_p,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
)

__all__ = ["generate", "min_p", "repetition_penalty", "temperature", "top_k", "top_p"]
