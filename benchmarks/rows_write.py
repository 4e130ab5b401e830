"""Writing a price series.

``runtime.upsert`` writes bars of 50 assets into an empty table through the platform. psycopg writes
them directly into the same PostgreSQL: by ``executemany`` of a plain INSERT, by COPY, and by
SQLAlchemy's INSERT of many VALUES.
"""

import datetime
import random
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, insert
from sqlalchemy.pool import NullPool

from .shares import Shares
from .timing import Sample, interleave

if TYPE_CHECKING:
    from msm import MarketsRuntime

__all__ = [
    "COLUMNS",
    "COPY",
    "EXECUTEMANY",
    "MANYVALUES",
    "TABLE",
    "UPSERT",
    "measure_writes",
]

ASSETS = [f"XNAS:A{number:03d}" for number in range(50)]
TABLE = "ms_markets__externalpricests"
COLUMNS = ("time_index", "asset_identifier", "open", "high", "low", "close", "volume", "vwap")
UPSERT, EXECUTEMANY, COPY = "runtime.upsert", "psycopg executemany", "psycopg COPY"
MANYVALUES = "SQLAlchemy insertmanyvalues"
# With more rows it takes as long as all others together, and shows nothing new.
MANYVALUES_LIMIT = 100_000


def price_rows(count: int) -> list[tuple[Any, ...]]:
    """Bars of all assets, day by day from 1950 on, as tuples in the order of COLUMNS."""
    # Seeded: every run writes the same rows.
    rng = random.Random(count)  # noqa: S311 - figures, not secrets
    start = datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC)
    days = [start + datetime.timedelta(day) for day in range(-(-count // len(ASSETS)))]
    return [
        (day, asset, *(rng.lognormvariate(4, 1) for _ in COLUMNS[2:]))
        for day in days
        for asset in ASSETS
    ][:count]


def measure_writes(
    runtime: "MarketsRuntime", database_url: str, count: int, repeats: int, shares: Shares
) -> dict[str, Sample]:
    """Seconds that each way takes to write ``count`` rows.

    Args:
        runtime: has Asset and ExternalPricesTS attached.
        database_url: logs in to the runtime's database as the owner of its tables.
        count: rows to write.
        repeats: measurements of each way.
        shares: gets the shares of the upsert, which is repeated for them.
    """
    from msm.models import Asset
    from msm_portfolio import ExternalPricesTS

    rows = price_rows(count)
    runtime.upsert(Asset, [{"unique_identifier": name} for name in ASSETS])
    target = sql.SQL("{} ({})").format(
        sql.Identifier(TABLE), sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
    )
    values = sql.SQL(", ").join([sql.Placeholder()] * len(COLUMNS))

    def upsert() -> None:
        runtime.upsert(ExternalPricesTS, (dict(zip(COLUMNS, row, strict=True)) for row in rows))

    def executemany() -> None:
        with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
            cursor.executemany(sql.SQL("INSERT INTO {} VALUES ({})").format(target, values), rows)

    def manyvalues() -> None:
        with create_engine(database_url, poolclass=NullPool).begin() as connection:
            statement = insert(ExternalPricesTS)
            connection.execute(statement, [dict(zip(COLUMNS, row, strict=True)) for row in rows])

    def copy() -> None:
        into = sql.SQL("COPY {} FROM STDIN").format(target)
        with (
            psycopg.connect(database_url) as connection,
            connection.cursor() as cursor,
            cursor.copy(into) as stream,
        ):
            for row in rows:
                stream.write_row(row)

    def empty() -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(TABLE)))

    def seconds_into_empty_table(write: Callable[[], None]) -> float:
        empty()
        started = time.perf_counter()
        write()
        return time.perf_counter() - started

    ways = {UPSERT: upsert, EXECUTEMANY: executemany, COPY: copy}
    if count <= MANYVALUES_LIMIT:
        ways[MANYVALUES] = manyvalues
    found = interleave(
        {name: partial(seconds_into_empty_table, write) for name, write in ways.items()}, repeats
    )
    empty()
    with shares.of(f"{count:,} rows, {UPSERT}"):
        upsert()
    return found
