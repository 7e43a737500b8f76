"""Figures of notebook 02."""

from collections import Counter

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.figures.picture import BLUE, GREY, ORANGE, Picture

MARKERS = {"characters": ("^", GREY), "words": ("s", ORANGE)}  # whatever else a row is: subwords


def vocabulary_against_length(rows):
    """How long a text gets with each vocabulary, and how much of it stays unknown.

    `rows`: `(name, vocabulary size, sequence length, unknown tokens)` each. Returns a Picture.
    """
    figure = Figure(figsize=(8.5, 5), layout="constrained")
    axes = figure.subplots()
    for name, size, length, unknown in rows:
        marker, color = MARKERS.get(name, ("o", BLUE))
        axes.plot(size, length, marker, color=color, markersize=9)
        axes.annotate(f"{name}\n{length} tokens, {unknown} unknown", (size, length), (10, 4), textcoords="offset points",
                      size=9, color=color, va="bottom")
    axes.set_xscale("log")
    sizes, lengths = [row[1] for row in rows], [row[2] for row in rows]
    axes.set(xlim=(min(sizes) / 1.5, max(sizes) * 15), ylim=(0, max(lengths) * 1.25))
    axes.set_xlabel("size of the vocabulary (logarithmic)")
    axes.set_ylabel("length of the sequence, tokens")
    axes.spines[["top", "right"]].set_visible(False)
    said = "; ".join(f"{name}: vocabulary {size}, {length} tokens, {unknown} unknown" for name, size, length, unknown in rows)
    return Picture(figure, f"The same text cut with vocabularies of different size. {said}.")


def token_chips(text, rows):
    """The characters of a text and, below, the tokens of several tokenizers, each under the characters it came from.

    `text`: one short line. `rows`: `(name, [(token, id, (start, end)), …])` each. Returns a Picture.
    """
    height = 1 + 1.15 * len(rows)
    figure = Figure(figsize=(11, 0.75 * height))
    axes = figure.add_axes([0.01, 0.01, 0.98, 0.98], xlim=(-0.2, len(text) + 0.2), ylim=(-height, 0))
    axes.axis("off")
    for column, character in enumerate(text):
        axes.text(column + 0.5, -0.4, "␣" if character == " " else character, ha="center", va="center", size=14,
                  color=GREY if character == " " else "black", family="monospace")
    for number, (name, tokens) in enumerate(rows):
        top = -1.05 - 1.15 * number
        axes.text(0, top + 0.06, f"{name}: {len(tokens)} tokens", size=9, va="bottom", weight="bold", color=BLUE)
        sharing = Counter(offset for _, _, offset in tokens)
        placed = Counter()
        for token, token_id, (start, end) in tokens:
            # Bytes of one character have the same offset: they share its width.
            width = (end - start) / sharing[start, end]
            left = start + placed[start, end] * width
            placed[start, end] += 1
            axes.add_patch(Rectangle((left + 0.04, top - 0.7), width - 0.08, 0.7, facecolor="#e8f0f8", edgecolor=BLUE))
            axes.text(left + width / 2, top - 0.24, token, ha="center", va="center", size=8, family="monospace")
            axes.text(left + width / 2, top - 0.52, token_id, ha="center", va="center", size=6.5, color=GREY)
    said = ". ".join(f"{name}, {len(tokens)} tokens: " + ", ".join(f"{token} ({token_id}, characters {start} to {end})"
                     for token, token_id, (start, end) in tokens) for name, tokens in rows)
    return Picture(figure, f"Tokens of “{text}” under the characters they came from. {said}.")
