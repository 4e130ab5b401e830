"""Decoding the values of an answer: from the JSON of compiled-sql.v1 to Python and pandas."""

import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from itertools import count
from operator import itemgetter
from typing import Any

import pandas as pd
from sqlalchemy.types import ARRAY, DateTime, Integer, NullType, TypeEngine

from msm.errors import ResultValueError
from msm.errors.formatting import shortened
from msm.values.decorated import is_decorated, plain_type, result_converter
from msm.values.texts import bytes_of, interval_of, numbers_of

__all__ = ["Codec", "Form", "PartOfTime", "ResultColumn", "codec_of", "has_json_form", "is_untyped"]

# What decoders raise for a value that they cannot read; an overflow is an ArithmeticError.
DECODE_ERRORS = (ArithmeticError, RecursionError, TypeError, ValueError)
LAST_DAY, DAY_AFTER_THE_LAST = "9999-12-31T", "10000-01-01T"
ENDS_OF_TIME = (LAST_DAY, DAY_AFTER_THE_LAST, "0001-01-01T")


# PostgreSQL's names of the types of timestamps.
AWARE, NAIVE = "timestamp with time zone", "timestamp without time zone"


class PartOfTime(Integer):
    """The type of ``extract()``, which SQLAlchemy takes for an integer."""


class Form(Enum):
    """How the values of a column come in an answer."""

    NATIVE = auto()  # as the JSON of compiled-sql.v1
    TEXT = auto()  # PostgreSQL's text of a number or a string
    ISO = auto()  # the text that PostgreSQL's JSON has of a date or a timestamp
    JSON = auto()  # PostgreSQL's JSON of the value, as text


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Codec:
    """How the values of one Python type are read from JSON.

    Attributes:
        decode: makes the Python value of a JSON value that is not null.
        dtype: the dtype of a pandas column of such values.
        is_json: whether the values are JSON themselves, whose numbers stay numbers.
        takes_null: whether ``decode`` makes a value of null too.
        is_shared: whether the JSON values are texts, of which equal ones may become one object.
    """

    decode: Callable[[Any], Any] = _as_it_is
    dtype: str = "object"
    is_json: bool = False
    takes_null: bool = False
    is_shared: bool = False


def _whole(value: Any) -> int:
    if type(value) is int:
        return value
    # PostgreSQL sums BIGINT into NUMERIC, and extracts seconds with a fraction.
    number = Decimal(value)
    if number != number.to_integral_value():
        raise ValueError("it is not a whole number")
    return int(number)


def _part(value: Any) -> int | Decimal:
    """A part of a time, of which seconds have a fraction."""
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() else number


def _aware(value: str) -> datetime.datetime:
    moment = _moment(value)
    if moment.tzinfo is None:
        raise ValueError("it has no time zone")
    return moment


def _moment(value: str) -> datetime.datetime:
    """An aware datetime in UTC, or a naive one where there is no time zone."""
    if value.startswith(DAY_AFTER_THE_LAST):
        # The last day of the year 9999 in UTC, in the time zone of a session east of it.
        day_before = value.replace(DAY_AFTER_THE_LAST, LAST_DAY, 1)
        return _moment(day_before) + datetime.timedelta(days=1)
    moment = datetime.datetime.fromisoformat(value)
    # Most values are in UTC already, and the conversion costs more than the check.
    if moment.tzinfo is datetime.UTC or moment.tzinfo is None:
        return moment
    return moment.astimezone(datetime.UTC)


def _decimal(value: Any) -> Decimal:
    # Through text, so that a JSON number has the digits of its shortest repr, not its binary ones.
    return Decimal(str(value))


_CODECS: Mapping[type, Codec] = {
    bool: Codec(dtype="boolean"),
    bytes: Codec(bytes_of),
    datetime.date: Codec(datetime.date.fromisoformat, is_shared=True),
    datetime.datetime: Codec(_aware, "datetime64[us, UTC]", is_shared=True),
    datetime.time: Codec(datetime.time.fromisoformat),
    datetime.timedelta: Codec(interval_of, "timedelta64[us]"),
    Decimal: Codec(_decimal),
    float: Codec(float, "float64"),
    int: Codec(_whole, "Int64"),
    # The python_type of SQLAlchemy's JSON; its values stay as they are.
    object: Codec(is_json=True),
    str: Codec(dtype="string"),
    uuid.UUID: Codec(uuid.UUID, is_shared=True),
}

# A timestamp without a time zone. SQLAlchemy gives its type also to functions such as now(), whose
# values have one.
_ANY_MOMENT = Codec(_moment, "datetime64[us]")
_PART_OF_TIME = Codec(_part, "part of a time")

# Names of the types of columns, a platform's and PostgreSQL's own. Values of other types
# stay as they are.
_TOKENS: Mapping[str, type] = {
    "bigint": int,
    "bool": bool,
    "boolean": bool,
    "character": str,
    "character varying": str,
    "date": datetime.date,
    "double precision": float,
    "float32": float,
    "float64": float,
    "int16": int,
    "int32": int,
    "int64": int,
    "integer": int,
    "name": str,
    "numeric": Decimal,
    "oid": int,
    "real": float,
    "smallint": int,
    "string": str,
    "text": str,
    "time": datetime.time,
    "time without time zone": datetime.time,
    "timestamp with time zone": datetime.datetime,
    "uuid": uuid.UUID,
}


def has_json_form(column_type: TypeEngine[Any]) -> bool:
    """Whether values of this type can come as JSON or as text."""
    column_type = plain_type(column_type)
    match column_type:
        case NullType():
            return True
        case ARRAY():
            return has_json_form(column_type.item_type)
    return column_type.python_type in _CODECS


def is_untyped(column_type: TypeEngine[Any]) -> bool:
    """Whether SQLAlchemy does not know the type, as of a function that it has no class for."""
    column_type = plain_type(column_type)
    if isinstance(column_type, ARRAY):
        return is_untyped(column_type.item_type)
    return isinstance(column_type, NullType)


def codec_of(column_type: TypeEngine[Any], token: str) -> Codec:
    """The codec of a result column whose type has a JSON form.

    Args:
        column_type: SQLAlchemy's type of the column.
        token: the platform's name of the type, which is used where SQLAlchemy does not know it.
    """
    if is_decorated(column_type):
        inner = codec_of(plain_type(column_type), token)
        convert = result_converter(column_type)
        return inner if convert is None else _converted(inner, convert)
    if is_untyped(column_type):
        name = token.removesuffix("[]")
        codec = _ANY_MOMENT if name == NAIVE else _CODECS[_TOKENS.get(name, object)]
        return _array_of(codec) if token.endswith("[]") else codec
    match column_type:
        case ARRAY():
            return _array_of(codec_of(column_type.item_type, ""))
        case PartOfTime():
            return _PART_OF_TIME
        # Where the platform says that it has a time zone, the column of a frame always has one.
        case DateTime() if not column_type.timezone and token != AWARE:
            return _ANY_MOMENT
    return _CODECS[column_type.python_type]


def _converted(inner: Codec, convert: Callable[[Any], Any]) -> Codec:
    def decode(value: Any) -> Any:
        return convert(None if value is None else inner.decode(value))

    return Codec(decode, is_json=inner.is_json, takes_null=True)


def _array_of(element: Codec) -> Codec:
    if element.decode is _as_it_is:
        return Codec(is_json=element.is_json)

    def decode(item: Any) -> Any:
        if isinstance(item, list):
            return list(map(decode, item))
        return None if item is None and not element.takes_null else element.decode(item)

    return Codec(decode)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """One column of a result.

    Attributes:
        name: its name or label, which the rows are keyed by.
        codec: how its values are read.
        form: how they come.
        key: the name in the rows of an answer, where PostgreSQL has cut the name; else empty.
    """

    name: str
    codec: Codec
    form: Form = Form.NATIVE
    key: str = ""

    @property
    def _is_float_text(self) -> bool:
        return self.codec.decode is float and self.form is Form.TEXT

    def of(self, records: Iterable[Mapping[str, Any]]) -> list[Any]:
        """The column's JSON values in rows of an answer."""
        return list(map(itemgetter(self.key or self.name), records))

    def python(self, values: Sequence[Any]) -> Sequence[Any]:
        """Python values of JSON values.

        Raises:
            ResultValueError: a value does not fit the column's type, or is a JSON document that is
                more than Python can read.
        """
        return self._decoded(self._loaded(values))

    def _loaded(self, values: Sequence[Any]) -> Sequence[Any]:
        if self.form is not Form.JSON:
            return values
        loads = json.loads if self.codec.is_json else _exact_json
        try:
            return [None if value is None else loads(value) for value in values]
        except DECODE_ERRORS as error:
            raise self._refusal(values, loads) from error

    def _decoded(self, values: Sequence[Any]) -> Sequence[Any]:
        decode = self.codec.decode
        # Without this, a copy of every column of text, booleans or JSON would be made.
        if decode is _as_it_is:
            return values
        try:
            plain = numbers_of(values) if self._is_float_text else values
            if self.codec.takes_null:
                return list(map(decode, plain))
            if self.codec.is_shared:
                # The rows of a series have few times, or few identities.
                known = {value: None if value is None else decode(value) for value in set(plain)}
                return list(map(known.__getitem__, plain))
            return [None if value is None else decode(value) for value in plain]
        except DECODE_ERRORS as error:
            raise self._refusal(values, decode) from error

    def series(self, values: Sequence[Any]) -> "pd.Series[Any]":
        """A pandas column of JSON values.

        Raises:
            ResultValueError: a value does not fit the column's type.
        """
        values = self._loaded(values)
        # pandas parses floats and timestamps itself, much faster than one Python object a value.
        match self.codec.dtype:
            case "float64":
                parse = _series_of_texts if self._is_float_text else _series_of_numbers
                return self._parsed(values, parse)
            case "datetime64[us, UTC]":
                return self._parsed(values, _moments)
            case "datetime64[us]":
                return self._parsed(values, _any_moments)
            case "part of a time":
                return self._parsed(values, _parts)
            case "Int64":
                # Through Python: JSON can hold integers that are too large for pandas, which are
                # then an error of their column.
                return self._parsed(
                    values, lambda some: pd.Series(self._decoded(some), dtype="Int64")
                )
            case "timedelta64[us]":
                return self._parsed(
                    values, lambda some: pd.Series(self._decoded(some), dtype="timedelta64[us]")
                )
            case dtype:
                return pd.Series(self._decoded(values), dtype=dtype)

    def _parsed(
        self, values: Sequence[Any], parse: Callable[[Sequence[Any]], "pd.Series[Any]"]
    ) -> "pd.Series[Any]":
        try:
            return parse(values)
        except DECODE_ERRORS as error:
            raise self._refusal(values, lambda value: parse([value])) from error

    def _refusal(self, values: Sequence[Any], decode: Callable[[Any], object]) -> ResultValueError:
        """The error for the first value that cannot be decoded alone."""
        # pandas does not say which value it could not parse.
        bad = next(
            (value for value in values if value is not None and not _decodes(decode, value)), values
        )
        return ResultValueError(
            f"The result column {self.name!r} holds {shortened(bad)}, which does not fit its "
            "type; cast it in the statement.",
            column=self.name,
            value=bad,
        )


def _decodes(decode: Callable[[Any], object], value: Any) -> bool:
    try:
        decode(value)
    except DECODE_ERRORS:
        return False
    return True


def _series_of_numbers(values: Sequence[Any]) -> "pd.Series[Any]":
    return pd.Series(values, dtype="float64")


def _series_of_texts(values: Sequence[Any]) -> "pd.Series[Any]":
    return pd.Series(numbers_of(values), dtype="float64")


def _moments(values: Sequence[Any]) -> "pd.Series[Any]":
    different = list(dict.fromkeys(values))
    if 2 * len(different) < len(values):
        places = dict(zip(different, count()))
        found = _moments(different).take(list(map(places.__getitem__, values)))
        return found.reset_index(drop=True)
    if any(value is not None and _is_rare(value) for value in values):
        moments = [None if value is None else _aware(value) for value in values]
        return pd.Series(moments, dtype="datetime64[us, UTC]")
    texts = pd.Series(values, dtype="object")
    return pd.to_datetime(texts, format="ISO8601", utc=True).dt.as_unit("us")


def _is_rare(value: str) -> bool:
    """Whether pandas would read a timestamp otherwise than Python."""
    # One without a time zone as UTC, and none with the offset of a local time of the 19th century,
    # which has seconds.
    if value[-1] != "Z" and value[-6] not in "+-":
        return True
    # It goes on beyond the years of Python, with values that it cannot even print.
    return value.startswith(ENDS_OF_TIME)


def _any_moments(values: Sequence[Any]) -> "pd.Series[Any]":
    moments = [None if value is None else _moment(value) for value in values]
    is_aware = any(moment is not None and moment.tzinfo is not None for moment in moments)
    return pd.Series(moments, dtype="datetime64[us, UTC]" if is_aware else "datetime64[us]")


def _parts(values: Sequence[Any]) -> "pd.Series[Any]":
    parts = [None if value is None else _part(value) for value in values]
    has_fractions = any(isinstance(part, Decimal) for part in parts)
    return pd.Series(parts, dtype="object" if has_fractions else "Int64")


def _exact_json(text: str) -> Any:
    """The JSON value, with its numbers as text, which keeps every digit and the sign of -0."""
    return json.loads(text, parse_float=str, parse_int=str)
