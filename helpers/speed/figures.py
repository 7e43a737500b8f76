"""Figures of notebook 08."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from helpers.drawing.picture import BLUE, ORANGE, Picture, bare, note


def step_times(lengths: Sequence[int], whole: Sequence[float], cached: Sequence[float]) -> Picture:
    """Time of one step over the length of the text, with and without the cache.

    `lengths`: ascending. `whole`, `cached`: seconds per length. The alternative text leaves the
    seconds out: they differ from run to run.
    """
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = bare(figure.subplots())
    for seconds, color, look, name in (
        (whole, ORANGE, "o-", "the whole text"),
        (cached, BLUE, "s--", "one token + cache"),
    ):
        milliseconds = [1000 * s for s in seconds]
        axes.plot(lengths, milliseconds, look, color=color, lw=2)
        end = (lengths[-1], milliseconds[-1])
        note(axes, name, end, (10, 0), color=color, va="center", weight="bold")
    axes.set(xlabel="tokens in the text so far", ylabel="milliseconds for the next token")
    axes.set_xlim(0, 1.32 * lengths[-1])
    axes.set_ylim(0)
    return Picture(
        figure,
        f"Line chart of this machine's time for one more token, with "
        f"{', '.join(map(str, lengths))} tokens in the text. One line feeds the whole text at each "
        "step and rises with its length. The other feeds one token with a cache. The heights "
        "differ from run to run.",
    )


def account(points: Mapping[str, tuple[float, float]], bandwidth: float) -> Picture:
    """Time a token over the memory that is read for it, and the limit as a line.

    `points`: name → (milliseconds a token, MB read a token). `bandwidth`: GB a second. The
    alternative text leaves the figures out: they differ from run to run.
    """
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = bare(figure.subplots())
    for name, (milliseconds, megabytes) in points.items():
        axes.plot(megabytes, milliseconds, "o", color=BLUE)
        note(axes, name, (megabytes, milliseconds), (8, 0), color=BLUE, va="center")
    most = max(megabytes for _, megabytes in points.values())
    axes.plot([0, most], [0, most / bandwidth], "--", color=ORANGE)
    note(axes, "limit", (most, most / bandwidth), (8, 0), color=ORANGE, va="center")
    axes.set(xlabel="MB of weights read for a token", ylabel="milliseconds a token")
    axes.set_xlim(0, 1.35 * most)
    axes.set_ylim(0)
    return Picture(
        figure,
        f"Points over the memory that is read for a token; their height is this machine's time a "
        f"token: {', '.join(points)}. A dashed line from zero is the limit, the time that reading "
        "takes. The heights differ from run to run.",
    )
