"""The last observation of each asset, in histories of growing length, and what its index costs."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg

from .forks import in_fork
from .local import ROOT, Local, server_of
from .timing import Group, Sample, figure, interleave

__all__ = ["measure"]

LENGTHS = (100_000, 1_000_000, 10_000_000)
ASSETS = 1_000
WRITTEN = 100_000
TABLE = "ms_markets__externalpricests"
INDEX = "ix__ms_markets__externalpricests__asset_identifier__time_index"
WITH, WITHOUT = "write 100,000 rows, with the index", "write 100,000 rows, without it"

FILL = """
INSERT INTO ms_markets__externalpricests (time_index, asset_identifier, close)
SELECT timestamptz '1990-01-01' + (n / %(assets)s) * interval '1 hour',
    'XNAS:A' || n %% %(assets)s, random() * 100
FROM generate_series(%(first)s::bigint, %(end)s::bigint - 1) n
"""


def measure(repeats: int) -> Group:
    """Measure on a platform for this run."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        local.run("start")
        try:
            local.upgrade()
            url = local.state()["database_url"]
            found = _measure(url, local.environment(), repeats)
            server = server_of(url)
        finally:
            local.destroy()
    names = [_latest(length) for length in LENGTHS]
    figures = [
        figure(found, names[0]),
        figure(found, names[1], names[0]),
        figure(found, names[2], names[1], times=1.5),
        figure(found, WITHOUT),
        figure(found, WITH, WITHOUT),
    ]
    return Group(figures, server)


def _measure(database_url: str, environment: Mapping[str, str], repeats: int) -> dict[str, Sample]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO ms_markets__asset (unique_identifier)"
            " SELECT 'XNAS:A' || n FROM generate_series(0, %s) n",
            [ASSETS - 1],
        )
        found = _writes(connection, repeats)
        present = 0
        for length in LENGTHS:
            _fill(connection, present, length)
            connection.execute(f"VACUUM ANALYZE {TABLE}")
            present = length
            # In a process of its own: the SDK of a process stays with its first platform.
            values = in_fork(latest_seconds, repeats, environment=environment, folder=ROOT)
            found[_latest(length)] = Sample(values)
    return found


def latest_seconds(repeats: int) -> tuple[float, ...]:
    """Seconds of each ``latest()`` of all assets, after one that is not counted."""
    import msm
    from msm_portfolio import ExternalPricesTS

    runtime = msm.start_engine([ExternalPricesTS])

    def seconds() -> float:
        started = time.perf_counter()
        assert runtime.latest(ExternalPricesTS).row_count == ASSETS
        return time.perf_counter() - started

    seconds()
    return tuple(seconds() for _ in range(repeats))


def _fill(connection: psycopg.Connection, first: int, end: int) -> None:
    connection.execute(FILL, {"assets": ASSETS, "first": first, "end": end})


def _latest(length: int) -> str:
    return f"latest() of {ASSETS:,} assets, {length:,} rows"


def _writes(connection: psycopg.Connection, repeats: int) -> dict[str, Sample]:
    """Seconds that PostgreSQL takes to insert rows into an empty table; it is empty afterwards."""
    definition = f"CREATE INDEX {INDEX} ON {TABLE} (asset_identifier, time_index)"

    def seconds(*, with_index: bool) -> float:
        connection.execute(f"TRUNCATE {TABLE}")
        connection.execute(f"DROP INDEX IF EXISTS {INDEX}")
        if with_index:
            connection.execute(definition)
        started = time.perf_counter()
        _fill(connection, 0, WRITTEN)
        return time.perf_counter() - started

    found = interleave(
        {WITHOUT: lambda: seconds(with_index=False), WITH: lambda: seconds(with_index=True)},
        repeats,
    )
    connection.execute(f"TRUNCATE {TABLE}")
    return found
