"""How fast text is written: `generate()`, the loop by hand, both parts by hand; the limit."""

import functools
import statistics
from pathlib import Path

import torch
from matplotlib.figure import Figure
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from benchmarks.classification import REVIEW
from benchmarks.timing import interleaved, spread, table
from helpers.generation import decoding
from helpers.speed import LlamaByHand
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
        "loop and forward pass by hand": lambda: loop(by_hand),
    }


def compare(name, model, by_hand, batch, settings):
    calls = ways(model, by_hand, batch, settings)
    wanted = calls["model.generate"]()
    assert all(torch.equal(call(), wanted) for call in calls.values()), f"{name}: other ids"
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
    mask, places = torch.ones_like(ids), torch.arange(ids.shape[1])[None]

    def step(forward, n, cache=None):
        cache = cache or DynamicCache(config=model.config)
        seen = cache.get_seq_length()
        forward(
            input_ids=ids[:, seen:n],
            attention_mask=mask[:, :n],
            position_ids=places[:, seen:n],
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache.crop(-(n - seen))

    found = {}
    with torch.inference_mode():
        for n in lengths:
            filled = DynamicCache(config=model.config)
            model(ids[:, : n - 1], past_key_values=filled)
            seconds = interleaved(
                {
                    "without cache, library": functools.partial(step, model, n),
                    "with cache, library": functools.partial(step, model, n, filled),
                    "with cache, by hand": functools.partial(step, by_hand, n, filled),
                }
            )
            for way, values in seconds.items():
                found.setdefault(way, []).append(statistics.median(values) * 1e3)
    return lengths, found


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
    lengths, found = by_length(model, by_hand, tokenizer)
    draw(lengths, found, Path(__file__).with_name("generation.png"))
    limits = {"float32": limit(model)}
    if torch.cpu._is_avx512_bf16_supported():
        half = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)
        rows += compare("greedy, bfloat16", half, LlamaByHand(half), one, {})
        limits["bfloat16"] = limit(half)
    return "\n\n".join(
        [
            aims(rows),
            table(["what", "how", "ms a token", "times as fast"], rows),
            bound(limits),
            table(
                ["one more token, ms, at a length of", *lengths],
                [(way, *(f"{ms:.1f}" for ms in values)) for way, values in found.items()],
            ),
            PICTURE,
        ]
    )


def aims(rows):
    """Markdown: what was aimed at and what was reached."""
    least = {"loop by hand": "≥ 1 ×", "loop and forward pass by hand": "≥ 1.5 ×"}
    return table(
        ["what, against model.generate", "aim", "reached"],
        [
            (f"{name}: {way}", least[way], f"{ratio} ×")
            for name, way, _, ratio in rows
            if way in least
        ],
    )


def bound(limits):
    """A line on the time below which no step of one text can come."""
    reading = [f"{ms:.1f} ms in {t}, at {rate:.0f} GB/s" for t, (ms, rate) in limits.items()]
    return (
        f"{STEPS} tokens after each prompt, the prompt's own time included; ids equal. "
        f"Reading the weights once takes {', '.join(reading)}: no step of one text can be faster."
    )
