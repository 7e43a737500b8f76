"""How long `classify` takes beside `pipeline()`, and beside its matrix products alone."""

import concurrent.futures
import functools
import itertools
import math
import multiprocessing
import random
import statistics
import time
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from benchmarks.charts import draw
from benchmarks.timing import interleaved, spread, table
from helpers.pipeline import classify
from helpers.speed import DistilBertByHand
from helpers.weights import resolve
from tools.execute import peak_megabytes

REVIEW = Path(__file__).parents[1] / "notebooks" / "data" / "long_review.txt"
# name → number of texts, least and most words as powers of two
KINDS = {"short": (300, 2, 4.5), "mixed": (120, 2, 8.6), "long": (12, 8.2, 9.6)}
AIMS = {
    "short": {"default": 3.5, "best batch": 1.9},
    "mixed": {"default": 1.6, "batch_size=32": 6},
    "long": {"default": 1.1},
}
BY_HAND = "classify, laid end to end"


def pieces(count, least, most):
    """`count` pieces of the review, 2**least to 2**most words, most of them short: notebook 05."""
    rng, words = random.Random(0), REVIEW.read_text(encoding="utf-8").split()
    lengths = [round(2 ** rng.uniform(least, most)) for _ in range(count)]
    return [
        " ".join(words[start : start + n])
        for n in lengths
        for start in [rng.randrange(len(words) - n)]
    ]


def load(dtype):
    folder = resolve("sentiment")
    return AutoTokenizer.from_pretrained(
        folder
    ), AutoModelForSequenceClassification.from_pretrained(folder, dtype=dtype)


def operations(model, lengths):
    """Floating-point operations of the encoder's matrix products for texts of these lengths."""
    weights = sum(
        layer.weight.numel()
        for layer in model.base_model.modules()
        if isinstance(layer, torch.nn.Linear)
    )
    return sum(
        2 * weights * n + 4 * model.config.n_layers * model.config.dim * n * n for n in lengths
    )


def rate(model):
    """Operations a second of a product with the widest layer: the best of several sizes."""
    weight = torch.randn(model.config.hidden_dim, model.config.dim, dtype=model.dtype)
    sizes = (512, 1024, 2048, 4096)
    inputs = {rows: torch.randn(rows, model.config.dim, dtype=model.dtype) for rows in sizes}
    calls = {rows: functools.partial(torch.matmul, x, weight.T) for rows, x in inputs.items()}
    return max(
        2 * rows * weight.numel() / statistics.median(seconds)
        for rows, seconds in interleaved(calls, 20).items()
    )


def check(mine, wanted, tolerance):
    for own, other in zip(mine, wanted, strict=True):
        # Of two labels: the probability of the library's one. So a verdict can only turn where that
        # is on the border.
        score = own["score"] if own["label"] == other["label"] else 1 - own["score"]
        assert abs(score - other["score"]) < tolerance


def ways(texts, tokenizer, models):
    """name → a call that classifies the texts, its answers compared with the library's."""
    classifier = pipeline("sentiment-analysis", model=models[0], tokenizer=tokenizer, device="cpu")
    library = functools.partial(classifier, texts, truncation=True)
    calls = {"default": library}
    for size in (8, 32, 64):
        calls[f"batch_size={size}"] = functools.partial(library, batch_size=size)
    wanted = library()
    for model in models:
        for name, form in (("classify", model), (BY_HAND, DistilBertByHand(model))):
            call = functools.partial(classify, texts, tokenizer, form)
            check(call(), wanted, 1e-5 if model.dtype == torch.float32 else 0.05)
            calls[f"{name}, {short(model.dtype)}"] = call
    return calls


def short(dtype):
    return str(dtype).removeprefix("torch.")


def compare(kind, tokenizer, models, rates):
    """Rows of all ways and of the limits, rows of aims, a line on the texts, bars of a chart."""
    texts = pieces(*KINDS[kind])
    lengths = [len(ids) for ids in tokenizer(texts, truncation=True)["input_ids"]]
    seconds = interleaved(ways(texts, tokenizer, models))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    median["best batch"] = min(median[f"batch_size={size}"] for size in (8, 32, 64))
    limits = {short(t): operations(models[0], lengths) / value for t, value in rates.items()}
    default = median["default"]
    rows = [
        (kind, name, spread(values), f"{default / median[name]:.2f}")
        for name, values in seconds.items()
    ]
    rows += [
        (kind, f"limit, {name}", f"{limit:.2f}", f"{default / limit:.2f}")
        for name, limit in limits.items()
    ]
    words = f"{min(lengths)} to {max(lengths)} each"
    line = f"{kind}: {len(texts)} texts, {sum(lengths):,} ids, {words}"
    bars = {
        "pipeline()": default,
        "its best batch": median["best batch"],
        "by hand": median[f"{BY_HAND}, float32"],
        "limit of the products": limits["float32"],
    }
    return rows, aims(kind, median, limits), line, bars


def aims(kind, median, limits):
    """Rows of what was aimed at and what was reached."""
    mine = median[f"{BY_HAND}, float32"]
    rows = [
        (
            f"{kind}: {BY_HAND}, float32, against {other}",
            f"≥ {aim} ×",
            f"{median[other] / mine:.2f} ×",
        )
        for other, aim in AIMS[kind].items()
    ]
    rows.append(
        (f"{kind}: share of the limit, float32", "≥ 80 %", f"{limits['float32'] / mine:.0%}")
    )
    return rows


def growth(counts=(10, 100, 1000, 10_000, 100_000)):
    """Rows of short texts in a stream, milliseconds a text, peak memory so far; one run each."""
    torch.set_num_threads(2)
    tokenizer, model = load(torch.float32)
    texts, rows = pieces(1000, *KINDS["short"][1:]), []
    for count in counts:
        stream = itertools.islice(itertools.cycle(texts), count)
        began = time.perf_counter()
        for _ in classify(stream, tokenizer, DistilBertByHand(model)):
            pass
        milliseconds = (time.perf_counter() - began) / count * 1e3
        rows.append(
            (f"{count:,}", f"{milliseconds:.2f}", f"{peak_megabytes('self') or math.nan:.0f}")
        )
    return rows


def measure():
    """Markdown: aims, times of all ways on three kinds of texts, growth with their number."""
    dtypes = [torch.float32] + [torch.bfloat16] * torch.cpu._is_avx512_bf16_supported()
    tokenizer, models = load(torch.float32)[0], [load(dtype)[1] for dtype in dtypes]
    rates = {model.dtype: rate(model) for model in models}
    compared = [compare(kind, tokenizer, models, rates) for kind in KINDS]
    # In a process of its own: the peak is that of these texts alone.
    with concurrent.futures.ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn")
    ) as fresh:
        grown = fresh.submit(growth).result()
    pictures = [
        draw(kind, f"seconds for {KINDS[kind][0]} {kind} texts", bars)
        for kind, (*_, bars) in zip(KINDS, compared, strict=True)
    ]
    return "\n\n".join(
        [
            table(["what", "aim", "reached"], [row for _, aims, *_ in compared for row in aims]),
            table(
                ["texts", "how", "seconds", "times as fast as default"],
                [row for rows, *_ in compared for row in rows],
            ),
            "; ".join(text for _, _, text, _ in compared)
            + ". The limit counts the encoder's matrix products on tokens, not on pads, at the "
            "rate of a large product in the same run: "
            + ", ".join(
                f"{value / 1e9:.0f} GFLOP/s in {dtype}".replace("torch.", "")
                for dtype, value in rates.items()
            )
            + ".",
            *pictures,
            table(["short texts in a stream", "ms a text", "peak memory so far, MB"], grown),
        ]
    )
