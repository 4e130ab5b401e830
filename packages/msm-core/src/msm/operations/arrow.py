"""Rows of an answer as a table, or as batches, of Arrow."""

import json
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import ARRAY, TypeEngine, Uuid

from msm.errors import ResultValueError, StatementError
from msm.errors.formatting import shortened
from msm.operations.exact import ExpectedColumn
from msm.values.arrow import (
    MAX_DIGITS_128,
    MAX_DIGITS_256,
    arrow_type,
    is_json,
    is_unbounded,
    load_pyarrow,
)
from msm.values.decode import ResultColumn

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_batch", "arrow_schema", "arrow_table"]

# What pyarrow raises for values that do not fit a type; its own errors are these, too.
UNFIT = (ArithmeticError, NotImplementedError, TypeError, ValueError)

type Values = Sequence[Sequence[Any]]


def arrow_table(
    values: Values, columns: Sequence[ResultColumn], expected: Sequence[ExpectedColumn]
) -> "pa.Table":
    """A table of the rows of an answer.

    Args:
        values: the JSON values of each column.
        columns: how the values of each column are read.
        expected: the same columns, with SQLAlchemy's types.

    Raises:
        EnvironmentMismatchError: pyarrow is not installed.
        ResultValueError: a value does not fit the type of its column, or no type of Arrow.
    """
    pa = load_pyarrow()
    arrays = [
        _array(column, _values(column, some, known.kind), known.kind)
        for column, some, known in zip(columns, values, expected, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def arrow_schema(expected: Sequence[ExpectedColumn]) -> "pa.Schema":
    """The schema that all batches of a select have.

    Args:
        expected: the columns of the select.

    Raises:
        EnvironmentMismatchError: pyarrow is not installed.
        StatementError: the type of a column depends on its values.
    """
    pa = load_pyarrow()
    fields = []
    for column in expected:
        kind = arrow_type(column.kind)
        if kind is None:
            raise StatementError(
                f"{column.name}: the type of this column in Arrow depends on its values, and all "
                "batches need the same one; cast() it in the statement, a NUMERIC to a precision "
                "and a scale, or read the whole table with execute(...).arrow()."
            )
        fields.append((column.name, kind))
    return pa.schema(fields)


def arrow_batch(
    values: Values,
    columns: Sequence[ResultColumn],
    expected: Sequence[ExpectedColumn],
    schema: "pa.Schema",
) -> "pa.RecordBatch":
    """A batch of the rows of an answer.

    Args:
        values: the JSON values of each column.
        columns: how the values of each column are read.
        expected: the same columns, with SQLAlchemy's types.
        schema: the schema of the batch.

    Raises:
        ResultValueError: a value does not fit the type of its column.
    """
    pa = load_pyarrow()
    arrays = []
    for column, some, known, field in zip(columns, values, expected, schema, strict=True):
        plain = _values(column, some, known.kind)
        try:
            arrays.append(pa.array(plain, field.type))
        except UNFIT as error:
            raise _refusal(column, plain, field.type) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _array(column: ResultColumn, values: Sequence[Any], column_type: TypeEngine[Any]) -> Any:
    pa = load_pyarrow()
    kind, is_endless = arrow_type(column_type), is_unbounded(column_type)
    if kind is not None:
        try:
            return pa.array(values, kind)
        except UNFIT as error:
            # PostgreSQL computes a NUMERIC of more digits than the columns it is made of.
            if not pa.types.is_decimal(kind):
                raise _refusal(column, values, kind) from error
    try:
        return pa.array(values, _decimal_of(values) if is_endless else None)
    except UNFIT as error:
        raise _refusal(column, values, None) from error


def _decimal_of(values: Sequence[Decimal | None]) -> Any:
    """The decimal type of the largest precision, with the scale that the values need."""
    pa = load_pyarrow()
    numbers = [value for value in values if value is not None and value.is_finite()]
    scale = max((-int(number.as_tuple().exponent) for number in numbers), default=0)
    whole = max((number.adjusted() + 1 for number in numbers), default=0)
    most = MAX_DIGITS_128 if max(scale, 0) + max(whole, 0) <= MAX_DIGITS_128 else MAX_DIGITS_256
    make = pa.decimal128 if most == MAX_DIGITS_128 else pa.decimal256
    # A scale that is too large is refused with the value.
    return make(most, min(max(scale, 0), most))


def _values(column: ResultColumn, given: Sequence[Any], kind: TypeEngine[Any]) -> Sequence[Any]:
    """Python values, with those that Arrow has as text."""
    values = column.python(given)
    if is_json(kind):
        try:
            return [
                None if value is None else json.dumps(value, ensure_ascii=False) for value in values
            ]
        except (RecursionError, ValueError) as error:
            raise _refusal(column, values, load_pyarrow().string()) from error
    # A function without a type for SQLAlchemy may return JSON, too, as json_agg() does.
    if isinstance(kind, Uuid | ARRAY) or arrow_type(kind) is None:
        return list(map(_plain, values))
    return values


def _plain(value: Any) -> Any:
    match value:
        case uuid.UUID():
            return str(value)
        case list():
            return list(map(_plain, value))
        case dict():
            return json.dumps(value, ensure_ascii=False)
    return value


def _refusal(column: ResultColumn, values: Sequence[Any], kind: Any) -> ResultValueError:
    pa = load_pyarrow()
    bad: Any = values
    for value in values:
        try:
            pa.array([value], kind)
        except UNFIT:
            bad = value
            break
    wanted = "any type" if kind is None else f"the type {kind}"
    return ResultValueError(
        f"The result column {column.name!r} holds {shortened(bad)}, which does not fit {wanted} of "
        "Arrow; cast it in the statement.",
        column=column.name,
        value=bad,
    )
