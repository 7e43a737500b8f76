"""Figures of notebook 02."""

from matplotlib.figure import Figure

from helpers.drawing.picture import BLUE, GREY, ORANGE, Picture, bare, note

MARKERS = {"characters": ("^", GREY), "words": ("s", ORANGE)}  # whatever else a row is: subwords


def vocabulary_against_length(rows: list[tuple[str, int, int, int]]) -> Picture:
    """How long a text gets with each vocabulary, and how much of it stays unknown.

    `rows`: `(name, vocabulary size, sequence length, unknown tokens)` each.
    """
    figure = Figure(figsize=(8.5, 5), layout="constrained")
    axes = bare(figure.subplots())
    for name, size, length, unknown in rows:
        marker, color = MARKERS.get(name, ("o", BLUE))
        axes.plot(size, length, marker, color=color, markersize=9)
        words = f"{name}\n{length} tokens, {unknown} unknown"
        note(axes, words, (size, length), (10, 4), size=9, color=color, va="bottom")
    axes.set_xscale("log")
    sizes, lengths = [row[1] for row in rows], [row[2] for row in rows]
    axes.set(xlim=(min(sizes) / 1.5, max(sizes) * 15), ylim=(0, max(lengths) * 1.25))
    axes.set_xlabel("size of the vocabulary (logarithmic)")
    axes.set_ylabel("length of the sequence, tokens")
    said = "; ".join(
        f"{name}: vocabulary {size}, {length} tokens, {unknown} unknown"
        for name, size, length, unknown in rows
    )
    return Picture(figure, f"The same text cut with vocabularies of different size. {said}.")
