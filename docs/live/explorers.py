"""Which explorers live in the page: the heads that each needs, and what is said below it."""

import functools
import json

from helpers import PROJECT

COMPUTED = "Computed on this device: WordPiece and the model, its weights in 8 bits."
UNTRAINED = ["heads-TokenClassification", "heads-QuestionAnswering", "heads-MultipleChoice"]
NEEDS = {  # name of a still → roles whose heads are loaded, words
    "pipeline/one": (["sentiment"], COMPUTED),
    "pipeline/two": (["sentiment"], COMPUTED),
    "postprocessing/blame": (["sentiment"], COMPUTED),
    "padding/one": (["sentiment"], COMPUTED),
    "heads/mask": (["sentiment", "masked-lm", *UNTRAINED], COMPUTED),
    "tokenizer/accents": ([], "Computed on this device: both tokenizers, in JavaScript."),
    "tasks/where": (["question-answering"], COMPUTED),
    "tasks/names": (["token-classification"], COMPUTED),
    "tasks/topics": (["zero-shot"], COMPUTED),
}


@functools.cache
def words() -> dict[str, str]:
    """What a still says in words → the name of its explorer."""
    stills = {name: PROJECT.joinpath("helpers", *name.split("/")) for name in NEEDS}
    paths = {name: path.parent / "stills" / f"{path.name}.json" for name, path in stills.items()}
    there = {name: path.read_text("utf-8") for name, path in paths.items() if path.exists()}
    return {json.loads(text)["alt"]: name for name, text in there.items()}


def explorer_of(said: str) -> str | None:
    """The explorer whose still says this, None where none does."""
    return words().get(said)
