"""How long `classify` takes beside `pipeline()`, and beside the matrix products that no way of doing it can leave out."""

import concurrent.futures
import math
import multiprocessing
import random
import statistics
import time
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from benchmarks.timing import interleaved, spread, table
from helpers.pipeline import classify
from helpers.weights import resolve
from tools.execute import peak_megabytes

REVIEW = Path(__file__).parents[1] / "notebooks" / "data" / "long_review.txt"
# name → number of texts, least and most words as powers of two
KINDS = {"short": (300, 2, 4.5), "mixed": (120, 2, 8.6), "long": (12, 8.2, 9.6)}
AIMS = {
    "short": {"default": 2.4, "best batch": 1.9},
    "mixed": {"default": 1.35, "batch_size=32": 6},
    "long": {},
}


def pieces(count, least, most):
    """`count` pieces of the review, cut as in notebook 05: 2**least to 2**most words, most of them short."""
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
    """Floating-point operations of the encoder's matrix products, attention included, for texts of these token counts."""
    weights = sum(
        layer.weight.numel()
        for layer in model.base_model.modules()
        if isinstance(layer, torch.nn.Linear)
    )
    return sum(
        2 * weights * n + 4 * model.config.n_layers * model.config.dim * n * n for n in lengths
    )


def rate(model):
    """Operations a second of a large product, its weights those of the model's widest layer: the best of several sizes."""
    weight = torch.randn(model.config.hidden_dim, model.config.dim, dtype=model.dtype)
    calls = {
        rows: lambda x=torch.randn(rows, model.config.dim, dtype=model.dtype): x @ weight.T
        for rows in (512, 1024, 2048, 4096)
    }
    return max(
        2 * rows * weight.numel() / statistics.median(seconds)
        for rows, seconds in interleaved(calls, 20).items()
    )


def check(mine, wanted, tolerance):
    for own, other in zip(mine, wanted, strict=True):
        # Of two labels: the probability of the library's one. So a verdict can only turn where that is on the border.
        score = own["score"] if own["label"] == other["label"] else 1 - own["score"]
        assert abs(score - other["score"]) < tolerance


def compare(kind, tokenizer, models, rates):
    texts = pieces(*KINDS[kind])
    lengths = [len(ids) for ids in tokenizer(texts, truncation=True)["input_ids"]]
    classifier = pipeline("sentiment-analysis", model=models[0], tokenizer=tokenizer, device="cpu")
    calls = {"default": lambda: classifier(texts, truncation=True)}
    for size in (8, 32, 64):
        calls[f"batch_size={size}"] = lambda size=size: classifier(
            texts, batch_size=size, truncation=True
        )
    wanted = calls["default"]()
    for model in models:
        name = f"classify, {str(model.dtype).removeprefix('torch.')}"
        calls[name] = lambda model=model: classify(texts, tokenizer, model)
        check(calls[name](), wanted, 1e-5 if model.dtype == torch.float32 else 0.05)
    seconds = interleaved(calls)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    median["best batch"] = min(median[f"batch_size={size}"] for size in (8, 32, 64))
    rows = [
        (kind, name, spread(values), f"{median['default'] / median[name]:.2f}")
        for name, values in seconds.items()
    ]
    limits = {
        str(dtype).removeprefix("torch."): operations(models[0], lengths) / value
        for dtype, value in rates.items()
    }
    rows += [
        (kind, f"limit, {name}", f"{limit:.2f}", f"{median['default'] / limit:.2f}")
        for name, limit in limits.items()
    ]
    aims = [
        (
            f"{kind}: classify, float32, against {other}",
            f"≥ {aim} ×",
            f"{median[other] / median['classify, float32']:.2f} ×",
        )
        for other, aim in AIMS[kind].items()
    ]
    if kind == "short":
        aims.append(
            (
                "short: share of the limit, float32",
                "≥ 95 %",
                f"{limits['float32'] / median['classify, float32']:.0%}",
            )
        )
        if "bfloat16" in limits:
            aims.append(
                (
                    "short: classify, bfloat16, against default, float32",
                    "≥ 5.5 ×",
                    f"{median['default'] / median['classify, bfloat16']:.2f} ×",
                )
            )
    return (
        rows,
        aims,
        f"{kind}: {len(texts)} texts, {sum(lengths):,} ids, {min(lengths)} to {max(lengths)} each",
    )


def growth(counts=(10, 100, 1000, 10_000)):
    """Rows of texts, milliseconds a text, peak memory of the process so far in MB; one run each, on short texts."""
    torch.set_num_threads(2)
    tokenizer, model = load(torch.float32)
    texts, rows = pieces(max(counts), *KINDS["short"][1:]), []
    classify(texts[:10], tokenizer, model)
    for count in counts:
        began = time.perf_counter()
        classify(texts[:count], tokenizer, model)
        milliseconds = (time.perf_counter() - began) / count * 1e3
        rows.append(
            (f"{count:,}", f"{milliseconds:.2f}", f"{peak_megabytes('self') or math.nan:.0f}")
        )
    return rows


def measure():
    """Markdown: aims, times of all ways on three kinds of texts, growth with the number of texts."""
    dtypes = [torch.float32] + [torch.bfloat16] * torch.cpu._is_avx512_bf16_supported()
    tokenizer, models = load(torch.float32)[0], [load(dtype)[1] for dtype in dtypes]
    rates = {model.dtype: rate(model) for model in models}
    compared = [compare(kind, tokenizer, models, rates) for kind in KINDS]
    # In a process of its own: the peak is that of these texts alone.
    with concurrent.futures.ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn")
    ) as fresh:
        grown = fresh.submit(growth).result()
    return "\n\n".join(
        [
            table(["what", "aim", "reached"], [row for _, aims, _ in compared for row in aims]),
            table(
                ["texts", "how", "seconds", "times as fast as default"],
                [row for rows, _, _ in compared for row in rows],
            ),
            "; ".join(text for _, _, text in compared)
            + ". The limit counts the encoder's matrix products on tokens, not on pads, at the "
            "rate of a large product in the same run: "
            + ", ".join(
                f"{value / 1e9:.0f} GFLOP/s in {dtype}".replace("torch.", "")
                for dtype, value in rates.items()
            )
            + ".",
            table(["short texts", "ms a text", "peak memory so far, MB"], grown),
        ]
    )
