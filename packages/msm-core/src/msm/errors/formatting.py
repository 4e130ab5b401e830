"""Values in messages, where a long one would drown the sentence."""

import reprlib

__all__ = ["shortened"]

_shortener = reprlib.Repr(maxstring=60, maxother=80)


def shortened(value: object) -> str:
    """The repr of a value, cut in its middle where it is long."""
    return _shortener.repr(value)
