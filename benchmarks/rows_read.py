"""Reading a price series.

``runtime`` reads it through the platform, and psycopg directly from the same PostgreSQL: single
rows, whole tables as rows and as a frame, and a stream of all rows to measure memory. A read of one
row is compared with the same request sent by bare ``requests``.
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import psutil
import psycopg
import requests
from psycopg import sql

from .forks import in_fork
from .local import ROOT
from .rows_write import COLUMNS, TABLE
from .shares import Shares
from .timing import Sample, interleave, timed

if TYPE_CHECKING:
    from msm import MarketsRuntime

__all__ = [
    "BARE",
    "DIRECT",
    "FETCHALL",
    "FRAME",
    "IN",
    "LISTS",
    "ONE",
    "PSYCOPG_FRAME",
    "ROWS",
    "fill",
    "measure_lists",
    "measure_points",
    "measure_reads",
    "measure_stream",
]

POINTS = 1_000
BARE, ONE = "one row, bare requests", "one row, execute().one()"
FETCHALL, ROWS = "psycopg fetchall()", "execute().all()"
# How many values a list has.
LISTS = (10_000, 40_000)
DIRECT, IN = "psycopg = ANY of", "in_() of"
PSYCOPG_FRAME, FRAME = "psycopg and pandas", "execute().frame()"

FILL = """
INSERT INTO ms_markets__externalpricests
    (time_index, asset_identifier, open, high, low, close, volume, vwap)
SELECT timestamptz '1950-01-01' + (n / 50) * interval '1 day', 'XNAS:A' || n %% 50,
    random() * 100, random() * 100, random() * 100, random() * 100, random() * 1e6, random() * 100
FROM generate_series(0, %s - 1) n
"""


def fill(database_url: str, count: int) -> None:
    """Replace the prices by ``count`` rows of 50 assets; the URL logs in as the tables' owner."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO ms_markets__asset (unique_identifier)"
            " SELECT 'XNAS:A' || n FROM generate_series(0, 49) n ON CONFLICT DO NOTHING"
        )
        connection.execute("TRUNCATE ms_markets__externalpricests")
        connection.execute(FILL, [count])
        # Fresh statistics, and no reason for autovacuum to start during a measurement.
        connection.execute("VACUUM ANALYZE ms_markets__externalpricests")


def measure_points(runtime: "MarketsRuntime", repeats: int) -> dict[str, Sample]:
    """Milliseconds of one read: by the runtime, and as a bare request with the same body.

    Args:
        runtime: has Asset attached.
        repeats: how many times 1,000 reads are timed each way.
    """
    from sqlalchemy import select

    from msm.models import Asset
    from msm.operations.attached import Attached
    from msm.operations.compile import compile_operation
    from msm.sdk import MetaTable

    name = "XNAS:A7"
    statement = select(Asset).where(Asset.unique_identifier == name)
    attached = Attached({Asset.__tablename__: runtime.meta_tables[Asset]}, runtime.limits)
    # The SDK's models name their classes in what they dump, which a metatables platform refuses.
    named = {"orm_class": True, "statement": {"orm_class"}, "limits": {"orm_class"}}
    body = compile_operation(statement, attached).operation.model_dump(
        mode="json", exclude_none=True, exclude=named
    )
    url = f"{MetaTable.get_object_url().rstrip('/')}/execute-operation/"
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {os.environ['MAINSEQUENCE_ACCESS_TOKEN']}"

    def bare() -> None:
        answer = session.post(url, json=body).json()
        assert answer["rows"][0]["unique_identifier"] == name

    def ours() -> None:
        query = select(Asset.__table__).where(Asset.unique_identifier == name)
        assert runtime.execute(query).one().unique_identifier == name

    def milliseconds(read: Callable[[], None]) -> float:
        started = time.perf_counter()
        for _ in range(POINTS):
            read()
        return (time.perf_counter() - started) / POINTS * 1e3

    return interleave({BARE: lambda: milliseconds(bare), ONE: lambda: milliseconds(ours)}, repeats)


def measure_reads(
    runtime: "MarketsRuntime", database_url: str, count: int, repeats: int, shares: Shares
) -> dict[str, Sample]:
    """Seconds that each way takes to read ``count`` rows.

    Args:
        runtime: has ExternalPricesTS attached.
        database_url: logs in to the runtime's database as the owner of its tables.
        count: rows that the table is filled with.
        repeats: measurements of each way.
        shares: gets the shares of both reads, which are repeated for them.
    """
    from sqlalchemy import select

    from msm_portfolio import ExternalPricesTS

    statement = select(*(getattr(ExternalPricesTS, name) for name in COLUMNS))
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), sql.Identifier(TABLE)
    )
    fill(database_url, count)
    connection = psycopg.connect(database_url)

    def psycopg_rows() -> Sequence[Any]:
        return connection.execute(query).fetchall()

    def seconds(read: Callable[[], Sequence[Any] | pd.DataFrame]) -> float:
        started = time.perf_counter()
        assert len(read()) == count
        return time.perf_counter() - started

    with connection:
        found = interleave(
            {
                FETCHALL: lambda: seconds(psycopg_rows),
                ROWS: lambda: seconds(lambda: runtime.execute(statement).all()),
                PSYCOPG_FRAME: lambda: seconds(
                    lambda: pd.DataFrame(psycopg_rows(), columns=list(COLUMNS))
                ),
                FRAME: lambda: seconds(lambda: runtime.execute(statement).frame()),
            },
            repeats,
        )
    for name, read in (
        (ROWS, lambda: runtime.execute(statement).all()),
        (FRAME, lambda: runtime.execute(statement).frame()),
    ):
        with shares.of(f"{count:,} rows, {name}"):
            read()
    return found


def measure_lists(runtime: "MarketsRuntime", database_url: str, repeats: int) -> dict[str, Sample]:
    """Seconds that a read takes whose condition is a long list of values.

    Args:
        runtime: has Asset attached.
        database_url: logs in to the runtime's database as the owner of its tables.
        repeats: measurements of each way.
    """
    from sqlalchemy import select

    from msm.models import Asset

    connection = psycopg.connect(database_url)
    query = "SELECT unique_identifier FROM ms_markets__asset WHERE unique_identifier = ANY(%s)"

    def directly(names: Sequence[str]) -> None:
        assert len(connection.execute(query, [list(names)]).fetchall()) > 1

    def ours(names: Sequence[str]) -> None:
        found = runtime.scalars(
            select(Asset.unique_identifier).where(Asset.unique_identifier.in_(names))
        )
        assert len(found.all()) > 1

    ways: dict[str, Callable[[], float]] = {}
    for count in LISTS:
        names = [f"XNAS:A{number}" for number in range(count)]
        ways[f"{DIRECT} {count:,} values"] = partial(timed, partial(directly, names))
        ways[f"{IN} {count:,} values"] = partial(timed, partial(ours, names))
    with connection:
        return interleave(ways, repeats)


def measure_stream(environment: Mapping[str, str], count: int, repeats: int) -> Sample:
    """The most megabytes that a process grows by while it streams all ``count`` rows."""
    grown = [in_fork(stream, count, environment=environment, folder=ROOT) for _ in range(repeats)]
    return Sample(tuple(grown))


def stream(count: int) -> float:
    """Stream all prices, and return how far memory rose above its level before, in MB."""
    from sqlalchemy import select

    import msm
    from msm.models import Asset
    from msm_portfolio import ExternalPricesTS

    runtime = msm.start_engine([Asset, ExternalPricesTS])
    # The first read loads what every read needs; only the growth after it depends on the rows.
    next(runtime.iter_rows(select(Asset)))
    base = psutil.Process().memory_info().rss
    assert sum(1 for _ in runtime.iter_rows(select(ExternalPricesTS.__table__))) == count
    # The peak of the operating system, because samples miss short peaks. It counts from the fork
    # on; in a new process it would include the parent. macOS counts in bytes, others in KiB.
    unit = 1 if sys.platform == "darwin" else 1024
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - base) / 1e6
