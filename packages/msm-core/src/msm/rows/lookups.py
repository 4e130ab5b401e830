"""Looking up many keys: they are sent as arrays, as the rows of a write are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from msm.base import MarketsModel, MarketsTimeIndexMetaTable
from msm.errors import InvalidRowsError, StatementError, StatementValueError
from msm.errors.formatting import shortened
from msm.operations.attached import Attached
from msm.operations.compile import Statement
from msm.operations.execute import read
from msm.operations.results import Result
from msm.rows.arguments import ColumnNames, column_names
from msm.rows.arrow import ArrowRows
from msm.rows.input import Given, Rows, given_rows
from msm.rows.keys import key_of_every_row, table_of
from msm.rows.statements import PLACE, given_table, numbered_table, same_key
from msm.rows.validate import Batch, Expected, check_rows, largest_batch, parts_of
from msm.rows.write import upsert_rows
from msm.values.arrow import load_pyarrow
from msm.values.moments import Moment, time_of
from msm.values.texts import UnfitValueError

__all__ = ["last_times", "look_up", "upsert_and_read"]

type Compose = Callable[[Mapping[str, str]], Statement]


def look_up(
    model: type[MarketsModel],
    identifiers: Iterable[Any],
    key: ColumnNames | None,
    attached: Attached,
) -> dict[Any, Any]:
    """Do what :meth:`msm.MarketsRuntime.lookup` documents.

    Args:
        model: the model.
        identifiers: values of the key, tuples where it has several columns.
        key: columns of one of the model's unique keys; None for the natural key.
        attached: the attached tables, and how they may be used.
    """
    table, names = table_of(model), key_of_every_row(model, key).columns
    primary = list(table.primary_key)
    if not primary:
        raise StatementError(
            f"{model.__name__} has no primary key to look up; read its rows with get(), latest() "
            "or execute()."
        )

    def compose(literals: Mapping[str, str]) -> Statement:
        batch = numbered_table(table, literals)
        return select(batch.c[PLACE], *primary).where(*same_key(table, names, batch))

    wanted = _wanted(model, names, identifiers)
    found = _numbered(model, wanted, names, compose, attached)
    return {wanted[number]: _plain(key) for number, *key in found}


def last_times(
    model: type[MarketsModel],
    identities: Iterable[Any],
    default: Moment | None,
    attached: Attached,
) -> dict[Any, Any]:
    """Do what :meth:`msm.MarketsRuntime.last_times` documents.

    Args:
        model: the model.
        identities: values of its identity dimension, tuples where it has several.
        default: the time of an identity without observations.
        attached: the attached tables, and how they may be used.
    """
    if not issubclass(model, MarketsTimeIndexMetaTable) or not model.__identity_dimensions__:
        raise StatementError(
            f"{model.__name__} has no time of each identity; pass a time-indexed model with "
            "identity dimensions."
        )
    table, names = table_of(model), model.__identity_dimensions__
    time = table.c[model.__time_index_name__]
    try:
        otherwise = None if default is None else time_of(default, time)
    except UnfitValueError as fault:
        raise StatementValueError(f"default: {shortened(default)} {fault}.") from fault

    def compose(literals: Mapping[str, str]) -> Statement:
        batch = numbered_table(table, literals)
        # PostgreSQL finds the maximum of each at the end of its part of the index.
        last = select(func.max(time)).where(*same_key(table, names, batch)).correlate(batch)
        return select(batch.c[PLACE], last.scalar_subquery().label("last_time"))

    wanted = _wanted(model, names, identities)
    found: dict[Any, Any] = dict.fromkeys(wanted, otherwise)
    for number, moment in _numbered(model, wanted, names, compose, attached):
        if moment is not None:
            found[wanted[number]] = moment
    return found


def upsert_and_read(
    model: type[MarketsModel],
    rows: Rows,
    key: ColumnNames | None,
    returning: ColumnNames,
    attached: Attached,
) -> list[Row[*tuple[Any, ...]]]:
    """Do what :meth:`msm.MarketsRuntime.upsert` documents, with ``returning``.

    Args:
        model: the model.
        rows: the rows.
        key: columns of one of the model's unique keys; None for the natural key.
        returning: the columns to read of each row.
        attached: the attached tables, and how they may be used.
    """
    table, names = table_of(model), key_of_every_row(model, key).columns
    wanted = column_names(model, returning)
    unknown = [name for name in wanted if name not in table.c]
    if unknown or not wanted:
        raise StatementError(
            f"returning: {', '.join(unknown) or 'no column'} is not a column of "
            f"{model.__name__}; it has {', '.join(table.c.keys())}."
        )
    kept = _kept(rows)
    upsert_rows(model, kept, key, attached)
    # RETURNING has no row that had the right values already, and was not written.
    columns = [table.c[name] for name in wanted]

    def compose(literals: Mapping[str, str]) -> Statement:
        return select(*columns).where(*same_key(table, names, given_table(table, literals)))

    return [
        row
        for batch in _batches(model, given_rows(table, kept), names, attached)
        for row in Result[*tuple[Any, ...]](read(compose(batch.literals), attached))
    ]


def _kept(rows: Any) -> Any:
    """Rows that can be read twice."""
    is_arrow = isinstance(rows, ArrowRows)
    if not isinstance(rows, Iterator):
        return rows
    return load_pyarrow().table(rows) if is_arrow else list(rows)


def _wanted(
    model: type[MarketsModel], names: Sequence[str], identities: Iterable[Any]
) -> list[Any]:
    """The keys to look up, each once."""
    if isinstance(identities, str):
        identities = [identities]
    try:
        wanted = list(dict.fromkeys(identities))
    except TypeError as error:
        raise StatementError(
            f"Expected a list of values of {', '.join(names)} of {model.__name__}, got "
            f"{shortened(identities)}."
        ) from error
    several = len(names) > 1
    for identity in wanted:
        if several and not (isinstance(identity, tuple) and len(identity) == len(names)):
            raise StatementValueError(
                f"The key of {model.__name__} is {', '.join(names)}, and {shortened(identity)} is "
                "no value of it; pass a tuple with one value for each of these columns."
            )
    return wanted


def _numbered(
    model: type[MarketsModel],
    wanted: Sequence[Any],
    names: Sequence[str],
    compose: Compose,
    attached: Attached,
) -> Iterator[tuple[Any, ...]]:
    """The rows that are found, each with the position of its key in ``wanted`` first.

    The database has other forms of some keys than the caller, as a date for a midnight.
    """
    several = len(names) > 1
    sent = list(zip(*wanted, strict=True)) if several and wanted else [wanted] * len(names)
    given = Given(range(len(wanted)), dict(zip(names, sent, strict=True)))
    for batch in _batches(model, [given], names, attached):
        answer = read(compose(batch.literals), attached)
        places, *values = answer.values
        # By column, because a row of a Result costs more than all the rest.
        columns = zip(answer.columns[1:], values, strict=True)
        found = [column.python(some) for column, some in columns]
        # They come as numbers or as texts, and PostgreSQL counts from 1.
        numbers = [batch.numbers[int(place) - 1] for place in places]
        yield from zip(numbers, *found, strict=True)


def _batches(
    model: type[MarketsModel], groups: Sequence[Given], names: Sequence[str], attached: Attached
) -> Iterator[Batch]:
    columns = frozenset(names)
    # Fewer than one answer carries, so that none of them has to be read in pages.
    most = max(1, attached.limits.max_rows // 2)
    parts, faults = check_rows(
        table_of(model),
        [part for group in groups for part in parts_of(group, most)],
        Expected(columns, columns, [], ()),
        lambda _rows: None,
    )
    if faults:
        raise InvalidRowsError(model, "look up", faults)
    for part in parts:
        yield from part.batches(largest_batch(attached.limits))


def _plain(values: Iterable[Any]) -> Any:
    """The value of a key of one column; the tuple of one of several."""
    every = tuple(values)
    return every[0] if len(every) == 1 else every
