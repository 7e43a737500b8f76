"""Fair timing: what is compared runs in turns, so that a slow minute hits all alike."""

import platform
import statistics
import time
from importlib.metadata import version

import torch


def interleaved(calls, rounds=5):
    """Seconds of each call.

    `calls`: name → function without arguments. Each round runs every call once, after one warm-up
    round that does not count. Returns name → list of `rounds` floats.
    """
    seconds = {name: [] for name in calls}
    for count in range(rounds + 1):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if count:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def spread(seconds, unit=1.0, form="{:.2f}"):
    """Median with least and most, as text. `unit`: seconds in one unit, 1e-3 for milliseconds."""
    return " ".join((form, f"({form} to {form})")).format(
        *(f(seconds) / unit for f in (statistics.median, min, max))
    )


def table(headers, rows):
    """Lines of a Markdown table."""
    return "\n".join(
        "| " + " | ".join(map(str, row)) + " |" for row in (headers, ["---"] * len(headers), *rows)
    )


def machine():
    """Processor, threads and versions, one line."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            processor = next(
                line.split(":")[1].strip() for line in file if line.startswith("model name")
            )
    except OSError:
        pass
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "transformers", "tokenizers", "ipywidgets")
    )
    threads = f"{torch.get_num_threads()} threads"
    return f"{processor}, {threads}, Python {platform.python_version()}, {versions}"
