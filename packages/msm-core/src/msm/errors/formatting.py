"""Values in messages, where a long one would drown the sentence."""

import reprlib

__all__ = ["shortened"]


class _Shortener(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:
        """The digits, or how many bits there are where Python does not write as many digits."""
        try:
            return super().repr_int(x, level)
        except ValueError:
            return f"an integer of {x.bit_length():,} bits"


_shortener = _Shortener(maxstring=60, maxother=80)


def shortened(value: object) -> str:
    """The repr of a value, cut in its middle where it is long."""
    return _shortener.repr(value)
