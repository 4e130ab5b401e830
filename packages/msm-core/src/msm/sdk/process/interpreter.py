"""What importing the SDK changes in the interpreter, and how the host gets it back."""

import gc
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["left_as_found"]


@contextmanager
def left_as_found() -> Iterator[None]:
    """Undo what an import inside the block does to the interpreter of its host.

    A service, a notebook or a test run has settings of its own. What the SDK changes while it is
    imported: the hook for uncaught errors, the warnings filters, the class of new loggers, and the
    handlers of the host, which it closes. The garbage collector pauses, and then is as it was.
    """
    hook, logger_class, collecting = sys.excepthook, logging.getLoggerClass(), gc.isenabled()
    # What the SDK imports is some 140,000 objects that live as long as the process. Collections
    # would walk them again and again, at a tenth of the time of the import.
    gc.disable()
    try:
        with warnings.catch_warnings(), _handlers_left_open():
            yield
    finally:
        if collecting:
            gc.enable()
        logging.setLoggerClass(logger_class)
        sys.excepthook = hook


@contextmanager
def _handlers_left_open() -> Iterator[None]:
    """Hide the host's log handlers from ``logging.config.dictConfig``.

    It closes every handler that exists before it makes those of the SDK. One that writes a file in
    mode "w" stays silent from then on. There is no public list to take them from.
    """
    listed = logging._handlerList  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    named = logging._handlers  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    listed_before, named_before = listed[:], dict(named)
    del listed[:]
    try:
        yield
    finally:
        # Handlers are flushed at exit in the reverse order of this list.
        listed[:0] = listed_before
        named.update(named_before)
