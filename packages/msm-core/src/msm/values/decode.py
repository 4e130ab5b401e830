"""Values on their way back: from the JSON of compiled-sql.v1 to Python, and to pandas."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pandas as pd
from sqlalchemy.types import ARRAY, NullType, TypeEngine

from msm.errors import ResultValueError
from msm.errors.formatting import shortened

__all__ = ["Codec", "ResultColumn", "codec_of", "has_json_form"]

# What decoders raise for a value that is not theirs; an overflow is an ArithmeticError.
DECODE_ERRORS = (ArithmeticError, TypeError, ValueError)


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Codec:
    """How the values of one Python type come out of JSON.

    Attributes:
        decode: from a JSON value that is not null.
        dtype: of a pandas column that holds such values.
    """

    decode: Callable[[Any], Any] = _as_it_is
    dtype: str = "object"


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    # PostgreSQL sums BIGINT into NUMERIC, and extracts seconds with a fraction.
    number = Decimal(value)
    if number != number.to_integral_value():
        raise ValueError("it is no whole number")
    return int(number)


def _aware(value: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("it has no time zone")
    return moment if moment.tzinfo is datetime.UTC else moment.astimezone(datetime.UTC)


def _decimal(value: Any) -> Decimal:
    # By way of text, so that a JSON number is what its shortest repr says, not its binary digits.
    return Decimal(str(value))


_CODECS: Mapping[type, Codec] = {
    bool: Codec(dtype="boolean"),
    datetime.date: Codec(datetime.date.fromisoformat),
    datetime.datetime: Codec(_aware, "datetime64[us, UTC]"),
    datetime.time: Codec(datetime.time.fromisoformat),
    Decimal: Codec(_decimal),
    float: Codec(float, "float64"),
    int: Codec(_whole, "Int64"),
    # SQLAlchemy's word for JSON, whose values are whatever they are.
    object: Codec(),
    str: Codec(dtype="string"),
    uuid.UUID: Codec(uuid.UUID),
}

# What a platform calls the types of an answer's columns; JSON and the rest stay as they come.
_TOKENS: Mapping[str, type] = {
    "bool": bool,
    "date": datetime.date,
    "float32": float,
    "float64": float,
    "int16": int,
    "int32": int,
    "int64": int,
    "numeric": Decimal,
    "string": str,
    "time": datetime.time,
    "timestamp with time zone": datetime.datetime,
    "timestamp without time zone": datetime.datetime,
    "uuid": uuid.UUID,
}


def has_json_form(column_type: TypeEngine[Any]) -> bool:
    """Whether compiled-sql.v1 carries values of this type: not bytes, and not intervals."""
    match column_type:
        case NullType():
            return True
        case ARRAY():
            return has_json_form(column_type.item_type)
    return column_type.python_type in _CODECS


def codec_of(column_type: TypeEngine[Any], token: str) -> Codec:
    """The codec of a result column whose type has a JSON form.

    Args:
        column_type: SQLAlchemy's type of the column.
        token: what the platform calls it. It counts where SQLAlchemy knows no type, as for a
            function that it has no class for.
    """
    match column_type:
        case NullType():
            codec = _CODECS[_TOKENS.get(token.removesuffix("[]"), object)]
            return _array_of(codec) if token.endswith("[]") else codec
        case ARRAY():
            return _array_of(codec_of(column_type.item_type, ""))
    return _CODECS[column_type.python_type]


def _array_of(element: Codec) -> Codec:
    if element.decode is _as_it_is:
        return Codec()
    return Codec(lambda items: [None if item is None else element.decode(item) for item in items])


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of a result.

    Attributes:
        name: its name or label, which the rows are keyed by.
        codec: how its values become Python's.
    """

    name: str
    codec: Codec

    def of(self, records: Iterable[Mapping[str, Any]]) -> list[Any]:
        """The column's JSON values in rows of an answer."""
        return list(map(itemgetter(self.name), records))

    def python(self, values: Sequence[Any]) -> Sequence[Any]:
        """Python values of JSON values.

        Raises:
            ResultValueError: a value is not one of the column's type.
        """
        decode = self.codec.decode
        if decode is _as_it_is:
            return values
        try:
            return [None if value is None else decode(value) for value in values]
        except DECODE_ERRORS as error:
            raise self._refusal(values, decode) from error

    def series(self, values: Sequence[Any]) -> "pd.Series[Any]":
        """A pandas column of JSON values, made without a Python object a value where pandas can.

        Raises:
            ResultValueError: a value is not one of the column's type.
        """
        match self.codec.dtype:
            case "float64":
                return self._parsed(values, lambda some: pd.Series(some, dtype="float64"))
            case "datetime64[us, UTC]":
                return self._parsed(values, _moments)
            case "Int64":
                # JSON has integers that pandas has no type for.
                return self._parsed(
                    values, lambda some: pd.Series(self.python(some), dtype="Int64")
                )
            case dtype:
                return pd.Series(self.python(values), dtype=dtype)

    def _parsed(
        self, values: Sequence[Any], parse: Callable[[Sequence[Any]], "pd.Series[Any]"]
    ) -> "pd.Series[Any]":
        try:
            return parse(values)
        except DECODE_ERRORS as error:
            raise self._refusal(values, lambda value: parse([value])) from error

    def _refusal(self, values: Sequence[Any], decode: Callable[[Any], object]) -> ResultValueError:
        """The error for the first value that does not decode by itself."""
        bad = next(
            (value for value in values if value is not None and not _decodes(decode, value)), values
        )
        return ResultValueError(
            f"The result column {self.name!r} holds {shortened(bad)}, which is not of its type; "
            "cast it in the statement.",
            column=self.name,
            value=bad,
        )


def _decodes(decode: Callable[[Any], object], value: Any) -> bool:
    try:
        decode(value)
    except DECODE_ERRORS:
        return False
    return True


def _moments(values: Sequence[Any]) -> "pd.Series[Any]":
    # pandas would take a naive one for UTC.
    if any(value is not None and value[-1] != "Z" and value[-6] not in "+-" for value in values):
        raise ValueError("a timestamp has no time zone")
    texts = pd.Series(values, dtype="object")
    return pd.to_datetime(texts, format="ISO8601", utc=True).dt.as_unit("us")
