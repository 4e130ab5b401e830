"""Reading time-indexed models: the last observation of each identity, or those of an interval."""

import datetime
import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import (
    ARRAY,
    BinaryExpression,
    BindParameter,
    Column,
    ColumnClause,
    ColumnElement,
    CompoundSelect,
    Enum,
    FromClause,
    Select,
    String,
    Text,
    Uuid,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import operators, visitors

from msm.base import MarketsModel, MarketsTimeIndexMetaTable
from msm.errors import StatementError, StatementValueError
from msm.errors.formatting import excerpt, shortened
from msm.operations.results import Read, Result
from msm.rows.arguments import ColumnNames, column_names, model_of
from msm.rows.keys import table_of
from msm.storage_layout import whole_indexes
from msm.values.dialect import MAX_LIST
from msm.values.moments import Moment, time_of
from msm.values.texts import UnfitValueError

__all__ = ["Observations", "between_statement", "latest_parts", "latest_statement"]

# At some 10 microseconds a search, walking over them costs no more than a tenth of a second.
MAX_IDENTITIES = 10_000
# No column of a model has this name.
STEP = "walk_step"
# Types of dimensions whose values can be an array: one of integers refuses a larger number.
LISTED = (String, Uuid)

type Model = type[MarketsTimeIndexMetaTable]
type Conditions = Sequence[ColumnElement[bool]]
type Listing = tuple[ColumnElement[bool], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the identities that a condition lists, in their order.

    Attributes:
        start: how many come before.
        size: how many there are at most.
    """

    start: int
    size: int


class Observations[*Ts](Result[*Ts]):
    """SQLAlchemy's ``Result`` of observations: rows with one for each time and identity.

    Attributes:
        index: the time index and the identity dimensions, which every observation has.
    """

    def __init__(self, read: Read, index: Sequence[str]) -> None:
        super().__init__(read)
        self.index = tuple(index)

    def __repr__(self) -> str:
        return f"<{self.row_count:,} observations by {', '.join(self.index)}>"

    def frame(self) -> pd.DataFrame:
        """The observations as a DataFrame, as :meth:`msm.Result.frame` makes it.

        Its index is a MultiIndex of the time (``datetime64[us, UTC]``) and the identity dimensions,
        in the order of the rows.
        """
        return super().frame().set_index(list(self.index))


def between_statement(
    model: type[MarketsModel],
    start: Moment | None,
    end: Moment | None,
    criteria: Conditions,
    columns: ColumnNames | None,
) -> Select[*tuple[Any, ...]]:
    """Select what :meth:`msm.MarketsRuntime.between` returns."""
    indexed = _time_indexed(model)
    time, dimensions = _grain(indexed)
    first = None if start is None else _moment("start", start, time)
    last = None if end is None else _moment("end", end, time)
    # Equal times are a valid interval without observations, as a loop over days may ask for.
    if first is not None and last is not None and first > last:
        raise StatementValueError(
            f"The interval ends at {last.isoformat()}, before it starts at {first.isoformat()}; "
            "swap start and end."
        )
    # Half-open: intervals that follow each other share no observation.
    inside = [
        *([] if first is None else [time >= first]),
        *([] if last is None else [time < last]),
    ]
    statement = _where(_select(indexed, columns), [*inside, *criteria])
    return statement.order_by(time, *dimensions)


def latest_parts(
    model: type[MarketsModel],
    as_of: Moment | None,
    per: ColumnNames | None,
    criteria: Conditions,
    columns: ColumnNames | None,
    most: int,
) -> list[Select[*tuple[Any, ...]]]:
    """Select what :meth:`msm.MarketsRuntime.latest` returns, in one or several selects.

    Where a condition lists more than ``most`` identities, each select looks up some of them. They
    follow each other in the order of the rows. So each identity is looked up once; each page of one
    select would look up all of them.
    """
    arguments = (model, as_of, per, criteria, columns)
    whole = latest_statement(*arguments)
    indexed = _time_indexed(model)
    found = _list_of(_grain(indexed)[1], criteria)
    count = 0 if found is None or per is not None else len(found[1])
    if count <= most or not _has_index(indexed):
        return [whole]
    # As many in each, because a part with few costs a request, too.
    size = math.ceil(count / math.ceil(count / most))
    return [latest_statement(*arguments, Part(at, size)) for at in range(0, count, size)]


def latest_statement(
    model: type[MarketsModel],
    as_of: Moment | None,
    per: ColumnNames | None,
    criteria: Conditions,
    columns: ColumnNames | None,
    part: Part | None = None,
) -> Select[*tuple[Any, ...]]:
    """Select what :meth:`msm.MarketsRuntime.latest` returns.

    The last time of each identity is found first; the rows of those times are then looked up in
    the unique index of the model. Where an index of the model has the times of each identity, they
    are found with it, and the time that takes does not grow with the history. Else they are
    aggregated in one pass, which is 2 to 3 times as fast as DISTINCT ON, which sorts the table.
    Identities that a condition lists are looked up one by one.
    """
    indexed = _time_indexed(model)
    time, dimensions = _grain(indexed)
    by = dimensions if per is None else [_dimension(indexed, c) for c in _columns(indexed, per)]
    # Checked first, and by SQLAlchemy, because what follows looks into them.
    chosen = _where(_select(indexed, columns), criteria)
    until = list(criteria)
    if as_of is not None:
        until.append(time <= _moment("as_of", as_of, time))
    last: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
    is_indexed = per is None and _has_index(indexed)
    if is_indexed and (found := _list_of(by, criteria)):
        listing, identities = found
        last = _listed(time, by[0], identities, [c for c in until if c is not listing], part)
        # They are sent once.
        chosen = _select(indexed, columns).where(*(c for c in criteria if c is not listing))
    elif is_indexed and not _has_long_list(until):
        last = _walked(time, by, until)
    else:
        last = _aggregated(time, by, until)
    # In the WHERE, not in a join: so the statement keeps the model's key, which pages are read by.
    is_last = tuple_(time, *by).in_(last) if by else time.in_(last)
    return chosen.where(is_last).order_by(*dimensions)


def _list_of(dimensions: Sequence[Column[Any]], criteria: Conditions) -> Listing | None:
    """The first condition that lists identities, with them; None without one."""
    kinds = [dimension.type for dimension in dimensions]
    if len(kinds) != 1 or not isinstance(kinds[0], LISTED) or isinstance(kinds[0], Enum):
        return None
    for condition in criteria:
        match condition:
            case BinaryExpression(
                left=ColumnClause() as column,
                right=BindParameter(expanding=True, value=list() | tuple() as values),
                operator=operators.in_op,
            ) if column in {*dimensions}:
                return condition, values
    return None


def _has_long_list(criteria: Conditions) -> bool:
    """Whether a condition has a list that each step of a walk would look through."""
    return any(
        isinstance(part, BindParameter)
        and part.expanding
        and part.value is not None
        and len(part.value) > MAX_LIST
        for condition in criteria
        for part in visitors.iterate(condition)
    )


def _listed(
    time: Column[Any],
    dimension: Column[Any],
    values: Sequence[Any],
    until: Conditions,
    part: Part | None,
) -> Select[*tuple[Any, ...]]:
    """The last time of each listed identity, with one search of an index for each."""
    # An array of VARCHAR(20) would cut its values.
    kind = Text() if isinstance(dimension.type, String) else dimension.type
    array = literal(list(values), ARRAY(kind))
    listed = func.unnest(array).table_valued("identity", name="listed").render_derived()
    source: FromClause = listed
    if part is not None:
        # By PostgreSQL's own order, which is that of the rows.
        some = select(listed.c.identity).distinct().order_by(listed.c.identity)
        source = some.limit(part.size).offset(part.start).subquery("part")
    here = source.c.identity
    last = select(func.max(time)).where(dimension == here, *until).correlate(source)
    return select(last.scalar_subquery(), here)


def _has_index(model: Model) -> bool:
    """Whether an index of a model begins with its identity dimensions, and the time follows."""
    time, *dimensions = model.__index_names__
    wanted = [*dimensions, time]
    return bool(dimensions) and any(
        columns[: len(wanted)] == wanted for columns in whole_indexes(table_of(model))
    )


def _aggregated(
    time: Column[Any], by: Sequence[Column[Any]], until: Conditions
) -> Select[*tuple[Any, ...]]:
    """The last time of each identity, which reads every observation."""
    # Without correlate(None), SQLAlchemy would leave the table out of the inner select's FROM.
    return select(func.max(time), *by).where(*until).group_by(*by).correlate(None)


def _walked(
    time: Column[Any], dimensions: Sequence[Column[Any]], until: Conditions
) -> CompoundSelect[*tuple[Any, ...]]:
    """The last time of each identity, with two searches of an index for each.

    PostgreSQL has no such scan of its own; see "Loose indexscan" in its wiki. Where identities have
    few observations, as trades do, a pass over the table is faster: what is left after
    ``MAX_IDENTITIES`` is aggregated.
    """
    # A condition on other columns would be tried on every observation between two identities.
    known = [condition for condition in until if _columns_of(condition) <= {*dimensions}]
    first = select(*dimensions, literal(1).label(STEP)).where(*known).order_by(*dimensions)
    walk = first.limit(1).correlate(None).cte("identities", recursive=True)
    here = [walk.c[column.name] for column in dimensions]
    following = (
        select(*dimensions)
        .where(tuple_(*dimensions) > tuple_(*here), *known)
        .order_by(*dimensions)
        .limit(1)
        .correlate(walk)
        .lateral("following")
    )
    walk = walk.union_all(
        select(*following.c, walk.c[STEP] + 1)
        .select_from(walk.join(following, true()))
        .where(walk.c[STEP] < MAX_IDENTITIES)
    )
    here = [walk.c[column.name] for column in dimensions]
    same = [column == value for column, value in zip(dimensions, here, strict=True)]
    last = select(func.max(time)).where(*same, *until).correlate(walk).scalar_subquery()
    end = select(*here).where(walk.c[STEP] == MAX_IDENTITIES).subquery("the_end")
    rest = _aggregated(time, dimensions, [tuple_(*dimensions) > tuple_(*end.c), *until])
    return select(last, *here).union_all(rest)


def _columns_of(condition: ColumnElement[bool]) -> set[Any]:
    return {part for part in visitors.iterate(condition) if isinstance(part, ColumnClause)}


def _time_indexed(given: object) -> Model:
    # A type checker cannot refuse another model: the SDK's bases are Any to it.
    model = model_of(given)
    if not issubclass(model, MarketsTimeIndexMetaTable):
        raise StatementError(
            f"{model.__name__} has no time index; read it with execute() and a select."
        )
    return model


def _grain(model: Model) -> tuple[Column[Any], list[Column[Any]]]:
    time, *dimensions = model.__index_names__
    columns = table_of(model).c
    return columns[time], [columns[name] for name in dimensions]


def _where(statement: Select[*tuple[Any, ...]], criteria: Conditions) -> Select[*tuple[Any, ...]]:
    try:
        return statement.where(*criteria)
    except ArgumentError as error:
        said = excerpt(str(error.args[0]).rstrip("."))
        raise StatementError(
            f"A condition cannot be used: {said}; pass comparisons of attributes, such as "
            "PricesTS.price > 1."
        ) from error


def _select(model: Model, columns: ColumnNames | None) -> Select[*tuple[Any, ...]]:
    if columns is None:
        return select(model)
    time, dimensions = _grain(model)
    grain = {time.name, *(column.name for column in dimensions)}
    chosen = _columns(model, columns)
    # The grain is always selected: the index of a frame is made of it.
    return select(time, *dimensions, *(column for column in chosen if column.name not in grain))


def _dimension(model: Model, column: Column[Any]) -> Column[Any]:
    if column.name not in model.__identity_dimensions__:
        raise StatementError(
            f"{column.name} is not an identity dimension of {model.__name__}; pass per= some "
            f"of its dimensions: {', '.join(model.__identity_dimensions__) or 'it has none'}."
        )
    return column


def _columns(model: Model, given: ColumnNames) -> list[Column[Any]]:
    columns = table_of(model).c
    names = column_names(model, given)
    for name in names:
        if name not in columns:
            known = ", ".join(columns.keys())
            close = difflib.get_close_matches(name, columns.keys(), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has {known}."
            raise StatementError(f"{name!r} is not a column of {model.__name__}; {hint}")
    return [columns[name] for name in names]


def _moment(name: str, given: Moment, time: Column[Any]) -> datetime.date:
    try:
        return time_of(given, time)
    except UnfitValueError as fault:
        raise StatementValueError(f"{name}: {shortened(given)} {fault}.") from fault
