"""Checking rows before anything is sent; all faults of a call are found, not only the first."""

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import le
from typing import Any, cast

import orjson
import pandas as pd
from sqlalchemy import Numeric, Table

from msm.errors import RowFault
from msm.rows.input import Given
from msm.sdk.context import Limits
from msm.values.decorated import plain_type
from msm.values.literals import column_text
from msm.values.texts import NULL, UnfitValueError, array_literal

__all__ = ["Batch", "Checked", "Expected", "check_rows", "largest_batch", "parts_of"]

# Longer batches are not faster in PostgreSQL, and the progress bar moves by a batch.
MAX_BATCH_ROWS = 10_000
# Of one request, unless a single row is longer.
MAX_BATCH_BYTES = 2_000_000
# For the text of the statement, and what else a request holds.
RESERVED_BYTES = 100_000
MISSING = "is a missing value of pandas only; pass None for NULL"


@dataclass(frozen=True, slots=True)
class _Later:
    """Values that are known to fit their column, and that are written when they are sent."""

    values: Sequence[Any]
    write: Callable[[Sequence[Any]], list[str] | None]

    def __getitem__(self, rows: slice) -> "_Later":
        return _Later(self.values[rows], self.write)

    def texts(self) -> list[str]:
        """The text of each value."""
        texts = self.write(self.values)
        assert texts is not None, "the values were looked at before"  # noqa: S101 - for mypy
        return texts


type Texts = Mapping[str, list[str] | _Later]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that one statement writes.

    Attributes:
        numbers: the position of each row among all that were given, counted from 0.
        literals: the array literal of each column.
    """

    numbers: Sequence[int]
    literals: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows without a fault.

    Attributes:
        numbers: the position of each row among all that were given, counted from 0.
        columns: the values of each column.
        order: the columns that they are sent in the order of.
    """

    numbers: Sequence[int]
    columns: Texts
    order: tuple[str, ...]

    def batches(self, most: int) -> list[Batch]:
        """One batch, or several where one would be too long for a request.

        Args:
            most: how many bytes of JSON the values of one batch may have.
        """
        return list(_split(*_in_order(self.numbers, self.columns, self.order), most))


@dataclass(frozen=True, slots=True)
class Expected:
    """What a verb expects of rows.

    Attributes:
        sent: columns to send, where rows have them; None for all columns of the rows.
        needed: columns that must have a value in every row.
        unique: keys that no two rows may share.
        order: the columns that the rows of a batch are sorted by; empty to keep their order.
    """

    sent: frozenset[str] | None
    needed: frozenset[str]
    unique: Sequence[tuple[str, ...]]
    order: tuple[str, ...]


def largest_batch(limits: Limits) -> int:
    """How many bytes of JSON the values of one batch may have."""
    most = limits.max_request_bytes
    return MAX_BATCH_BYTES if most is None else min(MAX_BATCH_BYTES, most - RESERVED_BYTES)


def check_rows(
    table: Table,
    groups: Sequence[Given],
    expected: Expected,
    advance: Callable[[int], object],
) -> tuple[list[Checked], list[RowFault]]:
    """Turn rows into what can be sent, and list their faults.

    Args:
        table: the table of the model.
        groups: the rows.
        expected: what the verb expects of them.
        advance: called after each part, with the number of rows that have been checked.

    Returns:
        The rows, in parts, which may be sent only if there are no faults; and the faults.

    Raises:
        StatementError: a column has a type that rows cannot be written with.
    """
    faults: list[RowFault] = []
    found: list[Checked] = []
    # The texts of these are compared: they are needed at once.
    compared = {*expected.order, *(name for key in expected.unique for name in key)}
    numeric = {column.name for column in table.c if isinstance(plain_type(column.type), Numeric)}
    seen: list[dict[tuple[str, ...], int]] = [{} for _ in expected.unique]
    for group in groups:
        faults.extend(_wrong_columns(table, group, expected))
        names = [
            name
            for name in group.columns
            if name in table.c and (expected.sent is None or name in expected.sent)
        ]
        writers = [
            _ColumnWriter(
                table,
                name,
                faults,
                needed=name in expected.needed,
                may_wait=name not in compared,
            )
            for name in names
        ]
        for part in parts_of(group, MAX_BATCH_ROWS):
            # Encoded once: repeated keys are found in the same texts that are sent.
            texts = {writer.name: writer.write(part) for writer in writers}
            for key, known in zip(expected.unique, seen, strict=True):
                faults.extend(_repeated(key, known, part, texts, numeric))
            found.append(Checked(part.numbers, texts, expected.order))
            advance(len(part.numbers))
    return found, faults


def parts_of(group: Given, most: int) -> Iterator[Given]:
    """A group in parts of at most ``most`` rows."""
    for start in range(0, len(group.numbers), most):
        rows = slice(start, start + most)
        yield Given(
            group.numbers[rows], {name: values[rows] for name, values in group.columns.items()}
        )


def _wrong_columns(table: Table, group: Given, expected: Expected) -> Iterator[RowFault]:
    """The unknown and the missing columns, once for all rows that have the same columns."""
    if not group.numbers:
        return
    first = group.numbers[0]
    if not group.columns:
        yield RowFault(first, "every column", None, "not given, and a row needs at least one")
    for name, values in group.columns.items():
        if name not in table.c:
            close = difflib.get_close_matches(name, table.c.keys(), n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            yield RowFault(first, name, values[0], f"no such column{hint}")
    for name in sorted(expected.needed - set(group.columns)):
        yield RowFault(first, name, None, "not given, and the column needs a value")


class _ColumnWriter:
    """Writes the values of one column, and records the values that do not fit."""

    def __init__(
        self, table: Table, name: str, faults: list[RowFault], *, needed: bool, may_wait: bool
    ) -> None:
        self.name = name
        self._may_wait = may_wait
        column = table.c[name]
        self._text = column_text(column)
        self._needed = needed or not column.nullable
        default = column.server_default is not None
        hint = "; leave the column out for the database's default" if default else ""
        self._missing = f"is None, and the column needs a value{hint}"
        self._faults = faults

    def write(self, part: Given) -> list[str] | _Later:
        """The text of each value, as elements of an array literal."""
        values = part.columns[self.name]
        if self._may_wait and self._text.fit_all(values):
            return _Later(values, self._text.write_all)
        at_once = self._text.write_all(values)
        if at_once is not None:
            return at_once
        texts: list[str] = []
        # Local names, because this loop runs once for every value.
        write, needed = self._text.write, self._needed
        for number, value in zip(part.numbers, values, strict=True):
            try:
                if value is not None:
                    text = write(value)
                else:
                    text = NULL
                    if needed:
                        self._note(number, value, self._missing)
            except UnfitValueError as fault:
                # A stand-in: the row keeps its place, so that later rows are checked as well.
                text = NULL
                missing = value is pd.NaT or value is pd.NA
                self._note(number, value, MISSING if missing else str(fault))
            texts.append(text)
        return texts

    def _note(self, number: int, value: Any, problem: str) -> None:
        self._faults.append(RowFault(number, self.name, value, problem))


def _numbers(texts: Iterable[str]) -> list[str]:
    """Equal numbers as equal texts: 100.0 as 100, and no zero with a sign."""
    short = (
        text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text for text in texts
    )
    return ["0" if text == "-0" else text for text in short]


def _repeated(
    key: tuple[str, ...],
    known: dict[tuple[str, ...], int],
    part: Given,
    texts: Texts,
    numeric: Collection[str],
) -> Iterator[RowFault]:
    """Rows with the key of an earlier row. NULL equals nothing, as in a unique index."""
    # PostgreSQL refuses an upsert that changes one row twice, and names neither row.
    if not all(name in texts for name in key):
        return
    # Those of keys are written at once.
    written = cast("Mapping[str, list[str]]", texts)
    columns = (_numbers(written[name]) if name in numeric else written[name] for name in key)
    values = list(zip(*columns, strict=True))
    if len(set(values)) == len(values) and known.keys().isdisjoint(values):
        known |= zip(values, part.numbers, strict=True)
        return
    for position, (number, value) in enumerate(zip(part.numbers, values, strict=True)):
        first = known.setdefault(value, number)
        if first != number and NULL not in value:
            same = tuple(part.columns[name][position] for name in key)
            shown = same[0] if len(same) == 1 else same
            yield RowFault(number, ", ".join(key), shown, f"has the same key as row {first}")


def _in_order(
    numbers: Sequence[int], texts: Texts, key: tuple[str, ...]
) -> tuple[Sequence[int], Texts]:
    """The rows of a batch in the order of their key.

    Writers of the same rows lock them one after the other: in one order, none of them waits for
    another one that waits for it.
    """
    columns = [texts[name] for name in key if name in texts]
    keys = list(zip(*columns, strict=True))
    if all(map(le, keys, islice(keys, 1, None))):
        return numbers, texts
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return (
        [numbers[place] for place in order],
        {name: _picked(column, order) for name, column in texts.items()},
    )


def _picked(column: list[str] | _Later, order: Sequence[int]) -> list[str] | _Later:
    if isinstance(column, _Later):
        return _Later([column.values[place] for place in order], column.write)
    return [column[place] for place in order]


def _split(numbers: Sequence[int], texts: Texts, most: int) -> Iterator[Batch]:
    """One batch, or several where one would be too long for a request."""
    literals = {
        name: array_literal(column.texts() if isinstance(column, _Later) else column)
        for name, column in texts.items()
    }
    # A character takes up to six bytes of JSON.
    if len(numbers) == 1 or sum(len(orjson.dumps(text)) for text in literals.values()) <= most:
        yield Batch(numbers, literals)
        return
    # Halved, so that rows need not be measured one by one.
    middle = len(numbers) // 2
    for half in (slice(None, middle), slice(middle, None)):
        smaller = {name: column[half] for name, column in texts.items()}
        yield from _split(numbers[half], smaller, most)
