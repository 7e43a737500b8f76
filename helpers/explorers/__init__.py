"""Live explorers: a pure `render(state) -> str` each, in a small shell of widgets."""

from helpers.explorers.pipeline import pipeline_explorer

__all__ = ["pipeline_explorer"]
