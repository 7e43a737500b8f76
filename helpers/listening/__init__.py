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
    Heard are also loggers that were disabled, and what the library says only once.
    """
    own = transformers.logging.get_logger("transformers")
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    handlers, level, silenced = own.handlers, own.level, _disabled()
    own.handlers = [handler]
    own.setLevel(logging.WARNING)
    transformers.logging.warning_once.cache_clear()
    for logger in silenced:
        logger.disabled = False
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield said
    finally:
        own.handlers = handlers
        own.setLevel(level)
        for logger in silenced:
            logger.disabled = True
    said += [str(warning.message) for warning in caught]


def _disabled() -> list[logging.Logger]:
    """The library's loggers that were silenced one by one."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith("transformers.")]
    return [logger for logger in map(logging.getLogger, names) if logger.disabled]
