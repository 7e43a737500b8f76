"""One chart a workload, library, by hand and limit, for light pages and dark ones."""

from pathlib import Path

from matplotlib.figure import Figure

from helpers.drawing.palette import palette

FOLDER = Path(__file__).with_name("charts")
GROUNDS = {"light": ("#ffffff", "#1f2328"), "dark": ("#0d1117", "#e6edf3")}


def draw(name, title, bars):
    """Write `charts/<name>-light.png` and `-dark.png`; return the Markdown that shows them.

    `bars`: name → number, the last one the limit.
    """
    FOLDER.mkdir(exist_ok=True)
    for ground in GROUNDS:
        _chart(title, bars, ground).savefig(FOLDER / f"{name}-{ground}.png", dpi=110)
    said = ", ".join(f"{bar} {value:.3g}" for bar, value in bars.items())
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="charts/{name}-dark.png">'
        f'<img alt="Bar chart, {title}: {said}" src="charts/{name}-light.png"></picture>'
    )


def _chart(title, bars, ground):
    back, text = GROUNDS[ground]
    roles = ["filtered"] * (len(bars) - 2) + ["probability", "answer"]
    colours = [getattr(palette()[role], ground) for role in roles]
    figure = Figure(figsize=(7, 0.7 + 0.36 * len(bars)), layout="constrained", facecolor=back)
    axes = figure.subplots()
    axes.set_facecolor(back)
    drawn = axes.barh([*bars], [*bars.values()], color=colours)
    axes.bar_label(drawn, fmt="%.3g", padding=3, color=text)
    axes.set_title(title, size=11, loc="left", color=text)
    axes.tick_params(colors=text)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(text)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    return figure
