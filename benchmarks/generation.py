"""How fast text is written: `generate()`, the loop by hand, both parts by hand; the limit."""

import functools
import statistics
from pathlib import Path

import torch
from matplotlib.figure import Figure
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from benchmarks.charts import draw as chart
from benchmarks.classification import REVIEW
from benchmarks.timing import interleaved, spread, table
from helpers.generation import decoding
from helpers.speed import LlamaByHand, measured, product
from helpers.weights import resolve

STEPS = 32
PROMPTS = [
    "Once upon a time",
    "My favourite season is",
    "In the morning, the",
    "The capital of France",
    "I",
    "Why do we",
    "She said that the book was better than the film",
    "Two and two",
]
SAMPLED = {"do_sample": True, "temperature": 0.7, "top_k": 50, "top_p": 0.9}
PRODUCTS, BY_HAND = "products alone", "loop and forward pass by hand"
PICTURE = (
    "![Line chart of the table above: without a cache the time of a step rises with the "
    "length, with it hardly](generation.png)"
)


def ways(model, by_hand, batch, settings):
    """name → function that returns the ids, the same ids for each."""
    pad = model.generation_config.pad_token_id

    def library():
        torch.manual_seed(0)
        return model.generate(
            **batch,
            max_new_tokens=STEPS,
            eos_token_id=None,
            pad_token_id=pad,
            **{"do_sample": False} | settings,
        )

    def loop(forward):
        return decoding.generate(
            forward, **batch, max_new_tokens=STEPS, eos_token_id=[], seed=0, **settings
        )

    return {
        "model.generate": library,
        "loop by hand": lambda: loop(model),
        BY_HAND: lambda: loop(by_hand),
    }


def products(by_hand, rows):
    """A call of all products of `STEPS` steps, and nothing else."""
    matrices = [matrix for layer in by_hand.layers for matrix in layer.matrices()]
    matrices.append(by_hand.head)
    dtype = by_hand.embedding.dtype
    widths = [getattr(matrix, "whole", matrix).shape[1] for matrix in matrices]
    inputs = {width: torch.randn(rows, 1, width, dtype=dtype) for width in widths}

    @torch.inference_mode()
    def call():
        for _ in range(STEPS):
            for matrix, width in zip(matrices, widths, strict=True):
                product(inputs[width], matrix)

    return call


def compare(name, model, by_hand, batch, settings, equal=True):
    calls = ways(model, by_hand, batch, settings)
    wanted = calls["model.generate"]()
    if equal:
        assert all(torch.equal(call(), wanted) for call in calls.values()), f"{name}: other ids"
    calls[PRODUCTS] = products(by_hand, len(wanted))
    seconds = interleaved(calls)
    whole = statistics.median(seconds["model.generate"])
    return [
        (
            name,
            way,
            spread(values, 1e-3 * STEPS, "{:.1f}"),
            f"{whole / statistics.median(values):.2f}",
        )
        for way, values in seconds.items()
    ]


def limit(model):
    """Milliseconds to read the weights once, and the rate in GB/s at which `sum` reads."""
    size = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    numbers = torch.ones(size // 4)
    seconds = statistics.median(interleaved({"read": numbers.sum}, 10)["read"])
    return seconds * 1e3, size / seconds / 1e9


def by_length(model, by_hand, tokenizer, lengths=(16, 64, 256, 512)):
    """{way: [milliseconds for one more token at each length]}, medians."""
    ids = tokenizer(REVIEW.read_text(encoding="utf-8"), return_tensors="pt")["input_ids"]
    found = {}
    for n in lengths:
        calls = {"without cache, library": functools.partial(model, ids[:, :n], use_cache=False)}
        calls["with cache, library"] = one_more(model, ids, n, DynamicCache(config=model.config))
        calls["with cache, by hand"] = one_more(by_hand, ids, n, by_hand.new_cache(1, n))
        with torch.inference_mode():
            seconds = interleaved(calls)
        for way, values in seconds.items():
            found.setdefault(way, []).append(statistics.median(values) * 1e3)
    return lengths, found


def one_more(forward, ids, n, cache):
    """A call that reads id `n`, and leaves `cache` as it was, filled with those before it."""

    def call(start=n - 1, stop=n):
        forward(
            input_ids=ids[:, start:stop],
            attention_mask=torch.ones_like(ids[:, :stop]),
            position_ids=torch.arange(start, stop)[None],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        if stop == n:
            cache.crop(-1)

    with torch.inference_mode():
        call(0, n - 1)
    return call


def draw(lengths, found, file):
    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.subplots()
    for (way, values), marker in zip(found.items(), "osd", strict=True):
        axes.plot(lengths, values, marker=marker, label=way)
    axes.set(xlabel="tokens in the text", ylabel="ms for one more token", yscale="log")
    axes.legend()
    figure.savefig(file, dpi=100)


def measure():
    """Markdown: aims, milliseconds a token of all ways, one more token at several lengths."""
    folder = resolve("causal-lm")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    by_hand = LlamaByHand(model)
    one = dict(tokenizer(PROMPTS[0], return_tensors="pt"))
    eight = dict(tokenizer(PROMPTS, padding=True, padding_side="left", return_tensors="pt"))
    rows = compare("greedy, float32", model, by_hand, one, {})
    rows += compare("sampled, float32", model, by_hand, one, SAMPLED)
    rows += compare("greedy, batch of 8, float32", model, by_hand, eight, {})
    rows += compare("greedy, 8 bits", model, LlamaByHand(model, bits=8), one, {}, equal=False)
    lengths, found = by_length(model, by_hand, tokenizer)
    draw(lengths, found, Path(__file__).with_name("generation.png"))
    limits = {"float32": limit(model)}
    if torch.cpu._is_avx512_bf16_supported():
        half = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
        rows += compare("greedy, bfloat16", half, LlamaByHand(half), one, {}, equal=False)
        limits["bfloat16"] = limit(half)
    return "\n\n".join(
        [
            aims(rows),
            *charts(rows),
            table(["what", "how", "ms a token", "times as fast"], rows),
            bound(limits),
            table(
                ["one more token, ms, at a length of", *lengths],
                [(way, *(f"{ms:.1f}" for ms in values)) for way, values in found.items()],
            ),
            PICTURE,
            "What each way of a product took, when it was chosen:",
            "```\n" + measured() + "\n```",
        ]
    )


AIMS = {
    "greedy, float32": 2.5,
    "sampled, float32": 2.5,
    "greedy, batch of 8, float32": 1.5,
    "greedy, 8 bits": 4,
    "greedy, bfloat16": 1.8,
}


def medians(rows):
    """{workload: {way: milliseconds a token}}."""
    found = {}
    for name, way, times, _ in rows:
        found.setdefault(name, {})[way] = float(times.split()[0])
    return found


def aims(rows):
    """Markdown: what was aimed at and what was reached."""
    lines = []
    for name, ms in medians(rows).items():
        ratio, share = ms["model.generate"] / ms[BY_HAND], ms[PRODUCTS] / ms[BY_HAND]
        lines.append((f"{name}: by hand against generate()", f"≥ {AIMS[name]} ×", f"{ratio:.2f} ×"))
        lines.append((f"{name}: share of the products", "≥ 85 %", f"{share:.0%}"))
    return table(["what", "aim", "reached"], lines)


def charts(rows):
    """Markdown of a chart a workload."""
    for name, ms in medians(rows).items():
        bars = {way: ms[way] for way in ("model.generate", BY_HAND, PRODUCTS)}
        file = name.replace(",", "").replace(" ", "-")
        yield chart(file, f"ms a token, {name}", bars)


def bound(limits):
    """A line on the time below which no step of one text can come."""
    reading = [f"{ms:.1f} ms in {t}, at {rate:.0f} GB/s" for t, (ms, rate) in limits.items()]
    return (
        f"{STEPS} tokens after each prompt, the prompt's own time included; ids equal. "
        f"Reading the weights once takes {', '.join(reading)}: no step of one text can be faster."
    )
