"""The roles that weights play in the course, and where each can be had."""

from typing import NamedTuple

from helpers import PROJECT

EMBEDDED = PROJECT / "checkpoints" / "distilbert-reviews"


class Role(NamedTuple):
    """Where the weights of a role come from: `hub_id` at the commit `revision`, or the course."""

    hub_id: str
    revision: str
    hub_megabytes: int
    embedded: str | None  # "ours", "smollm2", or None where only the Hub has weights
    embedded_megabytes: int = 0  # fetched once; 0: they come with the course


ROLES = {
    "sentiment": Role(
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "714eb0fa89d2f80546fda750413ed43d93601a13",
        268,
        "ours",
    ),
    "masked-lm": Role(
        "distilbert/distilbert-base-uncased",
        "12040accade4e8a0f71eabdb258fecc2e7e948be",
        268,
        "ours",
    ),
    "causal-lm": Role(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "12fd25f77366fa6b3b4b768ec3050bf629380bac",
        272,
        "smollm2",
        93,
    ),
    "question-answering": Role(
        "distilbert/distilbert-base-cased-distilled-squad",
        "564e9b582944a57a3e586bbb98fd6f0a4118db7f",
        261,
        None,
    ),
    "translation": Role(
        "Helsinki-NLP/opus-mt-fr-en",
        "b4a9a384c2ec68a224bbd2ee3fd5df0c71ca5b1b",
        302,
        None,
    ),
}


class CheckpointError(RuntimeError):
    """No usable weights for a role; the message says why and what to do."""
