"""The live part of the reading edition: model, vocabulary, first pictures, and what computes them.

`python -m docs.live.make`, before Sphinx makes the pages: `make site` does both.
"""

import gzip
import hashlib
import json
import shutil

import torch
import transformers
from transformers import AutoTokenizer

from docs.live import agreement, graph
from docs.live.explorers import NEEDS
from docs.live.learned import byte_pairs, word_pieces
from helpers import PROJECT, weights
from helpers.heads.outputs import RANDOM, heads_of
from helpers.weights import CheckpointError
from tools import environment
from tools.stills import STILLS, parts

SITE = PROJECT / "build" / "site"
LIVE = SITE / "live"
HERE = PROJECT / "docs" / "live"
ONNXRUNTIME = PROJECT / ".venv" / "docs" / "node_modules" / "onnxruntime-web" / "dist"
KINDS = {
    "sentiment": transformers.AutoModelForSequenceClassification,
    "masked-lm": transformers.AutoModelForMaskedLM,
    "question-answering": transformers.AutoModelForQuestionAnswering,
    "token-classification": transformers.AutoModelForTokenClassification,
    "zero-shot": transformers.AutoModelForSequenceClassification,
}
BODY = (
    "words.bin",
    "body.onnx",
    "ort.wasm",
    "vocabulary.txt",
)  # what every model in the page needs


def load(role):
    """The model of a role, fp32; its attention can be seen."""
    options = {"dtype": torch.float32, "attn_implementation": "eager"}
    return KINDS[role].from_pretrained(weights.resolve(role), **options).eval()


def heads():
    """Role → model, of all roles that have weights here and stand on the body of the first one."""
    found = {}
    for role in KINDS:
        try:
            found[role] = load(role)
        except (ValueError, CheckpointError) as problem:  # no such role, no such weights
            print(f"{role}: its explorers stay still, {problem}")
    first = next(iter(found.values())).distilbert.state_dict()
    for role, model in found.items():
        for name, tensor in model.distilbert.state_dict().items():
            if not torch.equal(tensor, first[name]):
                raise ValueError(f"{role} stands on another body: {name} differs")
    return found


def untrained(models):
    """Name → model, of the random heads that the explorer of 03 has."""
    tokenizer = AutoTokenizer.from_pretrained(weights.resolve("sentiment"))
    reader = models["sentiment"]
    every = heads_of(tokenizer, reader.distilbert, reader, models["masked-lm"])
    fresh = {name: one for name, one in every.items() if one.weights == RANDOM}
    return {f"heads-{name}": one.answer.keywords["model"] for name, one in fresh.items()}


def files(models):
    """Name → bytes of what the model in the page is made of."""
    body = next(iter(models.values())).distilbert
    words = body.embeddings.word_embeddings.weight.detach().numpy()
    made = {
        "words.bin": graph.quantized(words)[0].tobytes(),
        "body.onnx": graph.body(body).SerializeToString(),
        "vocabulary.txt": "\n".join(word_pieces("sentiment")).encode(),
        "bpe.json": json.dumps(byte_pairs("causal-lm")).encode(),
        "ort.wasm": (ONNXRUNTIME / "ort-wasm-simd-threaded.wasm").read_bytes(),
    }
    heads = models | untrained(models)
    return made | {f"{name}.onnx": graph.head(m).SerializeToString() for name, m in heads.items()}


def write(made):
    """Write the files, packed; returns what they weigh then, and a hash of each."""
    bytes_, versions = {}, {}
    (LIVE / "model").mkdir(parents=True)
    for name, content in made.items():
        packed = gzip.compress(content, 9, mtime=0)
        (LIVE / "model" / name).write_bytes(packed)
        bytes_[name], versions[name] = len(packed), hashlib.sha256(content).hexdigest()[:12]
    return bytes_, versions


def explorers(bytes_):
    """Write the first picture of each explorer that can be alive; returns what each needs."""
    known = {}
    for name, (needs, said) in NEEDS.items():
        room, still = name.split("/")
        wanted = [*BODY, *(f"{head}.onnx" for head in needs)] if needs else []
        if not set(wanted) <= set(bytes_):
            continue
        path = LIVE / "explorers" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(parts(STILLS[room][still]())))
        known[name] = {"needs": needs, "said": said, "bytes": sum(bytes_[one] for one in wanted)}
    return known


def scripts():
    """Copy what runs in the browser: the views as they are, and what stands in for the kernel."""
    for pattern in ("helpers/*/*.js", "docs/live/**/*.js"):
        for path in PROJECT.glob(pattern):
            target = LIVE / path.relative_to(PROJECT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copyfile(ONNXRUNTIME / "ort.wasm.bundle.min.mjs", LIVE / "ort.js")
    shutil.copyfile(HERE / "service.js", SITE / "service.js")


def main():
    environment.enter()
    shutil.rmtree(LIVE, ignore_errors=True)
    models = heads()
    made = files(models)
    distance = agreement.check(made, models)
    bytes_, versions = write(made)
    labels = {role: [*model.config.id2label.values()] for role, model in models.items()}
    known = explorers(bytes_)
    scripts()
    manifest = {"versions": versions, "labels": labels, "explorers": known, "distance": distance}
    (LIVE / "manifest.json").write_text(json.dumps(manifest, indent=1))
    size = sum(path.stat().st_size for path in LIVE.rglob("*") if path.is_file())
    print(f"{len(known)} explorers are alive, {size / 1e6:.1f} MB in all; |Δp| {distance}")


if __name__ == "__main__":
    main()
