"""The whole of `transformers.pipeline()` in three stages, built in the open by notebook 01."""

from helpers.pipeline.stages import classify, forward, postprocess, preprocess

__all__ = ["classify", "forward", "postprocess", "preprocess"]
