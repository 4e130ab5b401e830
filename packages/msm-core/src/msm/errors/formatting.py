"""Values in messages, where a long one would drown the sentence."""

import reprlib

__all__ = ["excerpt", "shortened"]

# Of what another library says, which may contain a value of any length.
MAX_SAID = 300


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


def excerpt(text: str) -> str:
    """What another library says, cut in its middle where it is long."""
    half = MAX_SAID // 2
    return text if len(text) <= MAX_SAID else f"{text[:half]} ... {text[-half:]}"
