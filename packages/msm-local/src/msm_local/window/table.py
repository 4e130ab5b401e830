"""One table: its columns, its keys, its neighbours, its newest rows, and the code that uses it."""

from typing import Any

from psycopg import Connection
from psycopg.errors import LockNotAvailable, QueryCanceled
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from msm_local.database.libpq import message_of
from msm_local.repositories.physical import (
    Column,
    Index,
    read_columns,
    read_foreign_keys,
    read_indexes,
)
from msm_local.repositories.window.details import (
    find_checks,
    find_points,
    find_referrers,
    find_rows,
    limit_time,
)
from msm_local.repositories.window.listing import Listed, find_listed, with_contents
from msm_local.repositories.window.spans import find_spans
from msm_local.window.drawing.diagram import diagram
from msm_local.window.drawing.plots import plot, strip
from msm_local.window.facts import facts_of, writes_of
from msm_local.window.rendering import render
from msm_local.window.words import ON_DELETE, ON_DELETE_HERE, code_of, key_words

__all__ = ["routes"]

NEWEST = 50
# Of the newest rows: more columns than these make a page that no browser shows well.
MAX_COLUMNS = 60
# For each query of a table's rows: more would cost those who work with the platform too much.
MAX_SECONDS = 2
MAX_VALUES = 5_000
NUMERIC = ("double precision", "real", "numeric", "integer", "bigint", "smallint")
WHO_LOCKS = "A migration may work on the table; the overview shows who holds a lock."
# Of a table without a time index: the columns that say when a row was written.
WRITTEN = ("updated_at", "created_at")


def show(request: Request) -> Response:
    """The page."""
    facts = facts_of(request)
    place = (request.path_params["schema"], request.path_params["name"])
    with facts.connect() as connection:
        listed = find_listed(connection, facts.catalog(facts.state()), place)
        if not listed:
            raise HTTPException(404, f"The catalog has no table {'.'.join(place)}.")
        [table] = listed
        if table.locked:
            sentence = f"{table.name} is locked now. {WHO_LOCKS}"
            return render(request, "problem.html", status=503, sentence=sentence)
        shown = _described(connection, table) | _contents(connection, table, request)
    return render(
        request,
        "table.html",
        written=writes_of(request).get(place),
        on_delete=ON_DELETE,
        on_delete_here=ON_DELETE_HERE,
        **shown,
    )


def _described(connection: Connection[Any], table: Listed) -> dict[str, Any]:
    oids = [table.oid] if table.oid is not None else []
    columns = read_columns(connection, oids)
    keys = read_foreign_keys(connection, oids)
    referrers = find_referrers(connection, table.oid) if table.oid is not None else []
    indexes = read_indexes(connection, oids)
    return {
        "columns": columns,
        "keys": keys,
        "indexes": [(index, key_words(index)) for index in sorted(indexes, key=_rank)],
        "checks": find_checks(connection, table.oid) if table.oid is not None else [],
        "referrers": referrers,
        "diagram": diagram(table.model or table.name, keys, referrers),
        "code": code_of(table, columns, keys),
    }


def _rank(index: Index) -> tuple[bool, bool, str]:
    return not index.primary, not index.unique, index.name


def _contents(connection: Connection[Any], table: Listed, request: Request) -> dict[str, Any]:
    """What is read from the table itself, which a migration may lock just now."""
    empty: dict[str, Any] = {
        "table": table,
        "span": None,
        "strip": None,
        "rows": [],
        "row_columns": [],
        "order": None,
        "plot": None,
        "numeric": [],
        "value": None,
        "problem": "",
    }
    if table.oid is None:
        return empty
    columns = read_columns(connection, [table.oid])
    wide = columns[:MAX_COLUMNS]
    order = table.time_index or next(
        (name for name in WRITTEN if any(column.name == name for column in columns)), None
    )
    place = (table.schema, table.name)
    try:
        limit_time(connection, MAX_SECONDS)
        [table] = with_contents(connection, [table])
        span = next(iter(find_spans(connection, [table]).values()), None)
        found = {
            "table": table,
            "span": span,
            "strip": strip(span.filled) if span else None,
            "order": order,
            "row_columns": wide,
            "rows": find_rows(connection, place, wide, order=order, limit=NEWEST),
        }
        return empty | found | _series(connection, table, columns, request)
    except (LockNotAvailable, QueryCanceled) as error:
        return empty | {"problem": f"The rows are not read: {message_of(error)}. {WHO_LOCKS}"}


def _series(
    connection: Connection[Any], table: Listed, columns: list[Column], request: Request
) -> dict[str, Any]:
    if table.time_index is None:
        return {}
    numeric = [column.name for column in columns if column.data_type.startswith(NUMERIC)]
    asked = request.query_params.get("value", "")
    value = asked if asked in numeric else next(iter(numeric), None)
    if value is None:
        return {}
    points = find_points(
        connection,
        (table.schema, table.name),
        time=table.time_index,
        identity=[name for name in table.identity if name != table.time_index],
        value=value,
        limit=MAX_VALUES,
    )
    return {"numeric": numeric, "value": value, "plot": plot(points)}


routes = [Route("/tables/{schema}/{name}/", show)]
