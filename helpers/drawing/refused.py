"""What an explorer can't take is refused in words that stand below its control."""

import unicodedata


class Refused(ValueError):
    """An input that can't be taken: `field` is the control it came from, the message what to do."""

    def __init__(self, field: str | int, words: str):
        super().__init__(words)
        self.field = field


def readable(text: str, field: str | int, most: int = 5_000) -> str:
    """Return the text; raise Refused for more than `most` characters, or half a surrogate pair."""
    if len(text) > most:
        words = f"These are {len(text):,} characters, and {most:,} fit here: shorten the text."
        raise Refused(field, words)
    for place, character in enumerate(text, start=1):
        if unicodedata.category(character) == "Cs":
            half = f"U+{ord(character):04X}"
            raise Refused(field, f"Character {place} is half of one ({half}): delete it.")
    return text
