"""The whole of `transformers.pipeline()` in three stages, built in the open by notebook 01."""

from helpers.pipeline.stages import classify, default_function, forward, postprocess, preprocess

__all__ = ["classify", "default_function", "forward", "postprocess", "preprocess"]
