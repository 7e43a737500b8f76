"""A figure in the colours of a dark page, for a moment."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from helpers.drawing.palette import PALE, palette

INK = palette()
DARK = {colour.light: colour.dark for colour in [*INK.values(), PALE]} | {
    "#000000": INK["text"].dark,
    "#bbbbbb": INK["line"].dark,
    "#dddddd": INK["line"].dark,
}
COLOURS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
MAP = LinearSegmentedColormap.from_list("night", [INK["panel"].dark, INK["probability"].dark])


@contextlib.contextmanager
def at_night(figure: Figure) -> Iterator[None]:
    """While it is open, its colours are those for a dark ground, and colour maps end in light."""
    undo: list[tuple[Callable, Any]] = []
    for artist in (part for one in figure.findobj() for part in _parts(one)):
        for name in COLOURS:
            if not hasattr(artist, f"get_{name}") or not hasattr(artist, f"set_{name}"):
                continue
            old, change = getattr(artist, f"get_{name}")(), getattr(artist, f"set_{name}")
            undo.append((change, old))
            change(_dark(old))
        if isinstance(artist, AxesImage):
            undo.append((artist.set_cmap, artist.get_cmap()))
            artist.set_cmap(MAP)
    try:
        yield
    finally:
        for change, old in reversed(undo):
            change(old)


def _parts(artist: Artist) -> list[Artist]:
    """An artist, and what it draws that `findobj` does not find: a text's box, its arrow."""
    box = getattr(artist, "get_bbox_patch", lambda: None)()
    return [one for one in (artist, box, getattr(artist, "arrow_patch", None)) if one]


def _dark(colour: Any) -> Any:
    rows = to_rgba_array(colour)
    changed = [to_rgba(DARK.get(to_hex(row), to_hex(row)), alpha=row[3]) for row in rows]
    return changed[0] if len(changed) == 1 else changed
