"""Types of Arrow for types of columns. pyarrow is an extra, and imported where it is used only."""

import datetime
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import ARRAY, JSON, DateTime, Numeric, TypeEngine

from msm.errors import EnvironmentMismatchError
from msm.values.decode import PartOfTime, is_untyped
from msm.values.decorated import is_decorated, plain_type

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "MAX_DIGITS_128",
    "MAX_DIGITS_256",
    "arrow_type",
    "is_json",
    "is_unbounded",
    "load_pyarrow",
]

# Digits of the largest decimal types of Arrow.
MAX_DIGITS_128, MAX_DIGITS_256 = 38, 76


def load_pyarrow() -> Any:
    """The module pyarrow.

    Raises:
        EnvironmentMismatchError: it is not installed.
    """
    try:
        import pyarrow as pa
    except ModuleNotFoundError as error:
        raise EnvironmentMismatchError(
            "Arrow tables need pyarrow, which is not installed; add the extra arrow of msm-core: "
            "uv add 'msm-core[arrow]'.",
            found="no pyarrow",
            needed="msm-core[arrow]",
        ) from error
    return pa


def is_json(kind: TypeEngine[Any]) -> bool:
    """Whether the values of a column are JSON documents, which are text in Arrow."""
    return isinstance(plain_type(kind), JSON)


def is_unbounded(kind: TypeEngine[Any]) -> bool:
    """Whether it is a NUMERIC without a precision, whose values have any number of digits."""
    return isinstance(kind, Numeric) and kind.python_type is Decimal and kind.precision is None


def arrow_type(kind: TypeEngine[Any]) -> "pa.DataType | None":
    """The type of Arrow for a column; None where only its values can tell.

    Args:
        kind: SQLAlchemy's type of the column.
    """
    pa = load_pyarrow()
    # What a TypeDecorator makes of a value may be anything.
    if is_decorated(kind) or is_untyped(kind) or isinstance(kind, PartOfTime):
        return None
    match kind:
        case ARRAY():
            item = arrow_type(kind.item_type)
            return None if item is None or (kind.dimensions or 1) > 1 else pa.list_(item)
        case JSON():
            return pa.string()
        case DateTime():
            # SQLAlchemy gives the type without a time zone to functions such as now() as well.
            return pa.timestamp("us", "UTC") if kind.timezone else None
        case Numeric() if kind.python_type is Decimal:
            return _decimal(kind)
    types = {
        bool: pa.bool_(),
        bytes: pa.binary(),
        datetime.date: pa.date32(),
        datetime.time: pa.time64("us"),
        datetime.timedelta: pa.duration("us"),
        float: pa.float64(),
        int: pa.int64(),
        str: pa.string(),
        uuid.UUID: pa.string(),
    }
    return types.get(kind.python_type)


def _decimal(kind: Numeric[Any]) -> "pa.DataType | None":
    pa = load_pyarrow()
    if kind.precision is None or kind.precision > MAX_DIGITS_256:
        return None
    make = pa.decimal128 if kind.precision <= MAX_DIGITS_128 else pa.decimal256
    return make(kind.precision, kind.scale or 0)
