"""Hear what the library warns of, so that a notebook can print its words."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import transformers


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect, in place of stderr, what transformers and Python warn of within the block.

    Yields the list, complete when the block ends: first what was logged, then Python's warnings.
    Heard is also what a logger was told to keep to itself, and what the library says only once.
    """
    own = transformers.logging.get_logger("transformers")
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    levels = {logger: logger.level for logger in [own, *_silenced()]}
    handlers, own.handlers = own.handlers, [handler]
    transformers.logging.warning_once.cache_clear()
    for logger in levels:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield said
    finally:
        own.handlers = handlers
        for logger, level in levels.items():
            logger.setLevel(level)
    said += [str(warning.message) for warning in caught]


def _silenced() -> list[logging.Logger]:
    """The library's loggers that were given a level of their own."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("transformers.")]
    return [logger for logger in map(logging.getLogger, names) if logger.level]
