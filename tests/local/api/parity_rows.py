"""A row of the parity table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.local.api.parity_calls import Case

__all__ = ["NO_REQUEST", "Kind", "Row"]

Kind = Literal["exact", "approximate", "absent"]
NO_REQUEST = "The client sends no request."


@dataclass(frozen=True, slots=True)
class Row:
    """One method of a client class.

    Attributes:
        method: its name.
        kind: how msm-local answers it.
        call: calls it, and fails if the answer is not as ``kind`` says.
        note: how it differs.
    """

    method: str
    kind: Kind
    call: Callable[[Case], None]
    note: str = ""
