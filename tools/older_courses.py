"""docs/older-courses.md: lines of older courses, run beside the lines that replace them.

python -m tools.older_courses        runs every line and writes the page
"""

import re
import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from helpers import PROJECT
from helpers.listening import listening
from helpers.weights import EMBEDDED
from tools.families import letters, writer

PAGE = PROJECT / "docs" / "older-courses.md"
LONGEST = 150  # characters of a result or a message that are shown


class Line(NamedTuple):
    """A line of an older course, the line that replaces it, and the notebook that explains it."""

    old: str
    new: str
    notebook: str


LINES = [
    Line(
        'pipeline("question-answering", model=reader, tokenizer=tokenizer)',
        "answer(question, context, tokenizer, reader, align_to_words=True)",
        "07_other_tasks",
    ),
    Line(
        'pipeline("summarization", model=translator, tokenizer=letters)',
        "translator.generate(**source, max_new_tokens=4).shape",
        "07_other_tasks",
    ),
    Line(
        'pipeline("translation_en_to_fr", model=translator, tokenizer=letters)',
        "translator.generate(**source, max_new_tokens=4).shape",
        "07_other_tasks",
    ),
    Line(
        'pipeline("text2text-generation", model=translator, tokenizer=letters)',
        "translator.generate(**source, max_new_tokens=4).shape",
        "07_other_tasks",
    ),
    Line(
        'pipeline("ner", model=tagger, tokenizer=tokenizer, grouped_entities=True)',
        'pipeline("ner", model=tagger, tokenizer=tokenizer, aggregation_strategy="simple")',
        "07_other_tasks",
    ),
    Line(
        "classifier(text, return_all_scores=True)",
        "classifier(text, top_k=None)",
        "04_postprocessing",
    ),
    Line("tokenizer.encode_plus(text)", "tokenizer(text)", "02_tokenizer"),
    Line("tokenizer.batch_encode_plus([text])", "tokenizer([text])", "02_tokenizer"),
    Line(
        "tokenizer.build_inputs_with_special_tokens([1045, 5223])",
        "[tokenizer.cls_token_id, 1045, 5223, tokenizer.sep_token_id]",
        "02_tokenizer",
    ),
    Line(
        "from transformers import AutoModelWithLMHead",
        "from transformers import AutoModelForCausalLM, AutoModelForMaskedLM",
        "03_model_heads",
    ),
    Line(
        "from transformers import TFAutoModel",
        "from transformers import AutoModel",
        "03_model_heads",
    ),
    Line(
        "from transformers import FlaxAutoModel",
        "from transformers import AutoModel",
        "03_model_heads",
    ),
    Line(
        'tokenizer(text, return_tensors="tf")',
        'tokenizer(text, return_tensors="pt")["input_ids"]',
        "02_tokenizer",
    ),
    Line("model.configid2label", "model.config.id2label", "04_postprocessing"),
    Line(
        "writer.generate(prompt, max_length=5)",
        "writer.generate(prompt, max_new_tokens=5).shape",
        "06_generation",
    ),
    Line(
        "TokenClassifier.from_pretrained(checkpoint, torch_dtype=torch.float16).dtype",
        "TokenClassifier.from_pretrained(checkpoint, dtype=torch.float16).dtype",
        "03_model_heads",
    ),
    Line(
        'model.save_pretrained(folder); (folder / "pytorch_model.bin").exists()',
        'model.save_pretrained(folder); (folder / "model.safetensors").exists()',
        "03_model_heads",
    ),
    Line(
        'os.path.expanduser("~/.cache/huggingface/transformers") == HF_HUB_CACHE',
        'os.path.join(HF_HOME, "hub") == HF_HUB_CACHE',
        "03_model_heads",
    ),
    Line("!huggingface-cli --help", "!hf --help", "03_model_heads"),
]


def names(folder: Path) -> dict:
    """What the lines use: the course's own tokenizer and classifier, else tiny random models."""
    from huggingface_hub.constants import HF_HOME, HF_HUB_CACHE

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    model = AutoModelForSequenceClassification.from_pretrained(EMBEDDED, dtype=torch.float32)
    tiny = {"dim": 32, "hidden_dim": 64, "n_layers": 1, "n_heads": 4, "vocab_size": len(tokenizer)}
    torch.manual_seed(0)
    config = transformers.DistilBertConfig(**tiny)
    tagger = transformers.DistilBertForTokenClassification(config).eval()
    tagger.save_pretrained(folder / "tagger")
    return {
        "tokenizer": tokenizer,
        "model": model,
        "classifier": pipeline("sentiment-analysis", model=model, tokenizer=tokenizer),
        "reader": transformers.DistilBertForQuestionAnswering(config).eval(),
        "tagger": tagger,
        "translator": writer("BART"),
        "writer": writer("Llama"),
        "letters": letters("BART"),
        "source": letters("BART")("a b c", return_tensors="pt"),
        "prompt": torch.tensor([[5, 6, 7, 8, 9]]),
        "text": "I hate this.",
        "question": "Where do I work?",
        "context": "I work in Brooklyn.",
        "checkpoint": folder / "tagger",
        "folder": folder,
        "HF_HOME": HF_HOME,
        "HF_HUB_CACHE": HF_HUB_CACHE,
    }


SETUP = """import os
import torch
from transformers import AutoModelForTokenClassification as TokenClassifier, pipeline
from helpers.tasks import answer"""


def run(line: str, namespace: dict) -> str:
    """What a line does: its value, its warnings, or its exception, in Markdown."""
    with listening() as said:
        result = shell(line[1:]) if line.startswith("!") else evaluate(line, namespace)
    return "<br>".join([result, *(f"warns: {shown(text)}" for text in dict.fromkeys(said))])


def evaluate(line: str, namespace: dict) -> str:
    """The value of a line of Python, or its exception; before a semicolon stand statements."""
    *statements, last = line.split("; ")
    try:
        for statement in statements:
            exec(statement, namespace)
        if last.startswith("from "):
            exec(last, namespace)
            return "runs"
        return f"gives {shown(repr(eval(last, namespace)))}"
    except Exception as error:
        message = re.sub(
            r" \(\S+__init__.py\)", "", str(error.args[0])
        )  # where it lies on this disk
        return f"raises {type(error).__name__}: {shown(message)}"


def shell(command: str) -> str:
    """The first line that a command prints; it is looked for where Python's own scripts lie."""
    name, *arguments = shlex.split(command)
    if not (program := shutil.which(name, path=sysconfig.get_path("scripts"))):
        return "command not found"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return f"prints {shown(done.stdout.strip().splitlines()[0])}"


def shown(text: str) -> str:
    """A result as code of one line: numbers to three decimals, cut where it grows long."""
    text = re.sub(r"\d+\.\d{4,}(e-\d+)?", lambda number: f"{float(number[0]):.3f}", text)
    text = " ".join(text.replace("|", "/").replace("`", "'").split())
    return f"`{text if len(text) <= LONGEST else text[:LONGEST] + ' …'}`"


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        namespace = names(Path(folder))
        exec(SETUP, namespace)
        rows = [
            f"| `{line.old.lstrip('!')}` | {run(line.old, namespace)} "
            f"| `{line.new.lstrip('!')}` | {run(line.new, namespace)} "
            f"| [{line.notebook[:2]}](../notebooks/{line.notebook}.ipynb) |"
            for line in LINES
        ]
    return TEMPLATE.format(version=transformers.__version__, rows="\n".join(rows))


TEMPLATE = """# Lines from older courses

Courses and answers from before transformers 5 have lines that no longer run, and a few that run and
do something else. Each line below was run on transformers {version}, beside the line that replaces
it; `python -m tools.older_courses` runs them again and writes this page. `tokenizer`, `model` and
`classifier` are the course's own; the other models are tiny and random.

| the old line | what it does | the line that replaces it | what it does | explained in |
|---|---|---|---|---|
{rows}
"""

if __name__ == "__main__":
    from tools import environment

    environment.enter()
    PAGE.write_text(page(), encoding="utf-8")
