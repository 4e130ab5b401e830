"""A price history of millions of rows: on a plain table, on partitions, on a hypertable.

    ./dev run python -m benchmarks.history                         1M and 10M rows
    ./dev run python -m benchmarks.history --most 100000000        up to 100M rows
    ./dev run python -m benchmarks.history hypertable compressed   on TimescaleDB
    ./dev run python -m benchmarks.history --record                writes docs/benchmarks/large.md

For TimescaleDB it uses the server of ``MSM_TIMESCALE_URL``, or makes one as root on Debian. It is a
command of its own, and no group of ``python -m benchmarks``, because it takes long and a server.
"""

import argparse
import datetime
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql

from msm_local.postgres.cluster import Cluster
from tests.support import timescale
from tests.support.generation import PROGRAM
from tests.support.janitor import new_database
from tests.timescale.server import server

from .forks import in_fork
from .history_tables import ASSETS, LAYOUTS, Layout, grow, index_bytes, lay_out
from .local import BIN, PROVIDER, ROOT, durable_cluster, served, server_of
from .report import machine, publish
from .timing import Figure, Group, Sample, figure, seconds_of

__all__ = ["figures_of", "main", "measure"]

LENGTHS = (1_000_000, 10_000_000, 100_000_000)
# What touches a bounded number of rows should not take longer in a longer history.
GROWTH = 1.5
# Before a history has a year of rows, a read of a year grows with it.
YEAR_OF_ONE = "between() of a year, one"
FULL_YEAR = 365 * 24 * ASSETS
STREAMED = 500_000
HOUR = datetime.timedelta(hours=1)
DAY, YEAR = 24 * HOUR, 365 * 24 * HOUR
FIRST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
UPSERT = """
INSERT INTO ms_markets__externalpricests AS t (time_index, asset_identifier, close)
SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::float8[])
ON CONFLICT (time_index, asset_identifier) DO UPDATE SET close = excluded.close
WHERE t.close IS DISTINCT FROM excluded.close
"""
LAST_TIMES = b"""
SELECT asset, (
    SELECT max(time_index) FROM ms_markets__externalpricests WHERE asset_identifier = asset
)
FROM unnest(%s::text[]) asset
"""


def main() -> None:
    """Measure what the command line asks for, and print a table for each layout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    names = [layout.name for layout in LAYOUTS]
    parser.add_argument("layouts", nargs="*", metavar="LAYOUT", help=f"from {', '.join(names)}")
    parser.add_argument("--most", type=int, default=LENGTHS[1], help="rows of the longest history")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks/large.md")
    wanted = parser.parse_args()
    unknown = set(wanted.layouts) - set(names)
    if unknown:
        parser.error(f"no layout {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    lengths = [length for length in LENGTHS if length <= wanted.most] or [wanted.most]
    print(f"On {machine()}")
    for layout, cluster in _servers(wanted.layouts or names[:2]):
        work = partial(measure, cluster, layout, lengths, wanted.repeats)
        publish(f"A price history on {layout.title}", work, recorded=wanted.record)


def _servers(wanted: Sequence[str]) -> Iterator[tuple[Layout, Cluster]]:
    chosen = [layout for layout in LAYOUTS if layout.name in wanted]
    ours = [layout for layout in chosen if not layout.is_hypertable]
    if ours:
        with durable_cluster() as cluster:
            yield from ((layout, cluster) for layout in ours)
    theirs = [layout for layout in chosen if layout.is_hypertable]
    if theirs:
        given = os.environ.get("MSM_TIMESCALE_URL")
        with (
            nullcontext(given) if given else server(durable=True) as url,
            timescale.TimescaleServer(url) as cluster,
        ):
            yield from ((layout, cluster) for layout in theirs)


def measure(cluster: Cluster, layout: Layout, lengths: Sequence[int], repeats: int) -> Group:
    """Measure one layout in a database of its own, at each length.

    Args:
        cluster: where the database is made.
        layout: of the table.
        lengths: numbers of rows, ascending.
        repeats: measurements of each figure.
    """
    with _platform(cluster, f"history_{layout.name}") as (url, admin, environment):
        with psycopg.connect(admin, autocommit=True) as superuser:
            if not lay_out(superuser, layout):
                return Group([], f"{server_of(admin)}: {layout.title} is not to be had here")
            found: dict[int, dict[str, Sample]] = {}
            present = 0
            for length in lengths:
                grow(superuser, layout, present, length)
                present = length
                arguments = (length, repeats, url)
                values = in_fork(_in_runtime, *arguments, environment=environment, folder=ROOT)
                found[length] = {name: Sample(tuple(each)) for name, each in values.items()}
                found[length]["index size"] = Sample((index_bytes(superuser, layout) / 1e6,))
        return Group(list(figures_of(found)), server_of(admin))


@contextmanager
def _platform(cluster: Cluster, name: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    with new_database(cluster, name), served(cluster, name) as platform:
        environment = {**os.environ, **platform.environment()}
        command = [str(BIN / PROGRAM), "migrations", "upgrade", *PROVIDER, "head"]
        seconds_of(command, environment, ROOT)
        yield cluster.platform_url(name), cluster.admin_url(name), environment


def figures_of(found: Mapping[int, Mapping[str, Sample]]) -> Iterator[Figure]:
    """The lines of a layout: each measurement beside the shorter history, and beside psycopg."""
    before: int | None = None
    for length, samples in found.items():
        named = {f"{length:,} rows, {name}": sample for name, sample in samples.items()}
        if before is not None:
            named |= {f"{before:,} rows, {name}": each for name, each in found[before].items()}
        for name in samples:
            line = f"{length:,} rows, {name}"
            unit = {"index size": "MB", "iter_rows()": "rows/s"}.get(name, "s")
            if before is None:
                yield figure(named, line, unit=unit)
                continue
            bounded = not name.startswith(("index size", "iter_rows", "psycopg"))
            bounded &= name != YEAR_OF_ONE or before >= FULL_YEAR
            times = GROWTH if bounded else None
            yield figure(named, line, f"{before:,} rows, {name}", unit=unit, times=times)
        for name in samples:
            other = f"psycopg, {name}"
            if other in samples:
                both = {name: samples[name], other: samples[other]}
                ratio = figure(both, name, other)
                yield Figure(f"{length:,} rows, {name}", ratio.sample, "s", other, ratio.ratio)
        before = length


def _in_runtime(length: int, repeats: int, url: str) -> dict[str, list[float]]:
    """Seconds of each measurement, once a round, in a process with the SDK of this platform."""
    import msm
    from msm.timeseries import between_statement, latest_statement
    from msm_portfolio import ExternalPricesTS as Prices

    # What walks over a hundred chunks may take longer than the default.
    runtime = msm.start_engine([Prices], timeout=60)
    hours = length // ASSETS
    end = FIRST + hours * HOUR
    one = Prices.asset_identifier == "XNAS:A7"
    ten = Prices.asset_identifier.in_([f"XNAS:A{n}" for n in range(10)])
    asked: dict[str, Select[Any]] = {
        "latest() of all": latest_statement(Prices, None, None, [], None),
        "latest() of 10": latest_statement(Prices, None, None, [ten], None),
        "latest() of one": latest_statement(Prices, None, None, [one], None),
        "between() of a day, all": between_statement(Prices, end - DAY, end, [], None),
        YEAR_OF_ONE: between_statement(Prices, end - YEAR, end, [one], None),
    }
    everyone = [f"XNAS:A{n}" for n in range(ASSETS)]
    connection = psycopg.connect(url, autocommit=True)
    ways: dict[str, Callable[[], object]] = {}
    for name, statement in asked.items():
        ways[name] = partial(_read, runtime, statement)
        ways[f"psycopg, {name}"] = partial(_read_bare, connection, _text_of(statement))
    ways["last_times() of all"] = partial(runtime.last_times, Prices, everyone)
    ways["psycopg, last_times() of all"] = partial(_read_bare, connection, LAST_TIMES, [everyone])
    day = [(hours - back, asset) for back in range(24, 0, -1) for asset in range(ASSETS)]
    # An old month of some assets, which on a compressed hypertable has to be unpacked.
    month = [(hour, asset) for hour in range(24, min(31 * 24, hours)) for asset in range(10)]
    ways["upsert of the newest day"] = partial(_upsert, runtime, Prices, day)
    ways["psycopg, upsert of the newest day"] = partial(_upsert_bare, connection, day)
    ways["backfill of an old month"] = partial(_upsert, runtime, Prices, month)
    ways["psycopg, backfill of an old month"] = partial(_upsert_bare, connection, month)
    ways["iter_rows()"] = partial(_stream, runtime, Prices, min(STREAMED, length))
    found: dict[str, list[float]] = {name: [] for name in ways}
    # Once before, because the first read of each loads what every read needs.
    for name, way in ways.items():
        way()
        found[name].clear()
    for _ in range(repeats):
        for name, way in ways.items():
            started = time.perf_counter()
            answer = way()
            taken = time.perf_counter() - started
            found[name].append(answer / taken if isinstance(answer, int) else taken)
    connection.close()
    return found


def _text_of(statement: Select[Any]) -> bytes:
    """The same SQL with its values in it, for psycopg alone."""
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).encode()


def _read(runtime: Any, statement: Select[Any]) -> None:
    assert runtime.execute(statement).all()


def _read_bare(connection: psycopg.Connection[Any], text: bytes, *values: Sequence[Any]) -> None:
    assert connection.execute(text, *values).fetchall()


_round = iter(range(1, 1_000_000))


def _rows(grain: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Rows with values that the table does not have yet, so that each one is written."""
    value = float(next(_round))
    return [
        {"time_index": FIRST + hour * HOUR, "asset_identifier": f"XNAS:A{asset}", "close": value}
        for hour, asset in grain
    ]


def _upsert(runtime: Any, model: Any, grain: Sequence[tuple[int, int]]) -> None:
    assert runtime.upsert(model, _rows(grain)) == len(grain)


def _upsert_bare(connection: psycopg.Connection[Any], grain: Sequence[tuple[int, int]]) -> None:
    """The same rows in one statement of constant text, as msm writes it."""
    rows = _rows(grain)
    names = ("time_index", "asset_identifier", "close")
    connection.execute(UPSERT, [[row[name] for row in rows] for name in names])


def _stream(runtime: Any, model: Any, count: int) -> int:
    return sum(1 for _ in islice(runtime.iter_rows(select(model.__table__)), count))


if __name__ == "__main__":
    main()
