"""JSON from clients, without the values that PostgreSQL cannot store."""

import math
from typing import Annotated, Any

from pydantic import AfterValidator

__all__ = ["JsonObject", "Text", "check_json"]

MAX_DEPTH = 64


def check_json(value: Any) -> Any:
    """Return the value, or refuse it if PostgreSQL cannot store some part of it.

    Raises:
        ValueError: a NUL, an unpaired surrogate, a number that is not finite, or deep nesting.
    """
    # Level by level: a recursion would itself fail on the deep nesting that is to be refused.
    level = [value]
    for _depth in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            match item:
                case str():
                    _check_text(item)
                case float() if not math.isfinite(item):
                    raise ValueError("a number is not finite; send NaN and infinities as text")
                case dict():
                    below += item
                    below += item.values()
                case list():
                    below += item
        if not below:
            return value
        level = below
    raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")


def _check_text(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a text contains a NUL, which PostgreSQL cannot store")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("a text contains an unpaired surrogate") from error
    return text


JsonObject = Annotated[dict[str, Any], AfterValidator(check_json)]
Text = Annotated[str, AfterValidator(_check_text)]
