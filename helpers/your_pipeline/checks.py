"""Checks of notebook 09: six tasks of the reader's own pipeline, ten broken pipelines to repair."""

from helpers.your_pipeline.milestone_checks import (
    entities,
    fill_mask,
    generation,
    question_answering,
    sentiment,
    zero_shot,
)
from helpers.your_pipeline.number_checks import label, probabilities, same_each_time, scores
from helpers.your_pipeline.text_checks import (
    anywhere,
    batch,
    continued,
    own_tokenizer,
    whole_text,
    written,
)

__all__ = [
    "sentiment",
    "fill_mask",
    "entities",
    "zero_shot",
    "question_answering",
    "generation",
    "own_tokenizer",
    "batch",
    "continued",
    "scores",
    "label",
    "same_each_time",
    "whole_text",
    "written",
    "probabilities",
    "anywhere",
]
