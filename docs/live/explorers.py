"""Which explorers live in the page: the heads that each needs, and what is said below it."""

import functools
import json

from helpers import PROJECT

MANIFEST = PROJECT / "build" / "site" / "live" / "manifest.json"
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
def manifest():
    """What `docs.live.make` left; before it has run, nothing is alive."""
    return json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {"explorers": {}}


@functools.cache
def sayings():
    """What a still says in words → the name of its explorer, of those that can be alive."""
    stills = {
        name: PROJECT.joinpath("helpers", *name.split("/")) for name in manifest()["explorers"]
    }
    paths = {name: path.parent / "stills" / f"{path.name}.json" for name, path in stills.items()}
    there = {name: path.read_text("utf-8") for name, path in paths.items() if path.exists()}
    return {json.loads(text)["alt"]: name for name, text in there.items()}


def explorer_of(said):
    """The live explorer whose still says this, None where none does."""
    return sayings().get(said)


def table():
    """In Markdown: what each explorer of the pages is answered by, and how far from fp32."""
    rows = ["| Explorer | In the page | MB fetched, once for all |", "|---|---|---|"]
    for name in [*NEEDS, "generation/one"]:
        live = manifest()["explorers"].get(name)
        said, size = (live["said"], live["bytes"] / 1e6) if live else ("A picture.", 0)
        rows.append(f"| {name.replace('/', ', ')} | {said} | {size:.1f} |")
    if far := manifest().get("distance"):
        said = (
            f"Beside the same model in fp32, on {far['sentences']} sentences: a probability of "
            f"sentiment moves by {far['probability']} at most, and {far['labels']} labels are "
            "equal; where one is not, the two stand within 0.01 of each other in fp32."
        )
        rows += ["", said]
    return "\n".join(rows)
