"""The last observation of each asset, in histories of growing length, and what its index costs.

Also look-ups by thousands of identifiers at once.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg

from .forks import in_fork
from .local import ROOT, Local, server_of
from .timing import Group, Sample, figure, interleave, timed

__all__ = ["measure"]

LENGTHS = (100_000, 1_000_000, 10_000_000)
ASSETS = 1_000
WRITTEN = 100_000
# How many identifiers are looked up at once; each has HOURS prices.
LISTED, HOURS = (10_000, 100_000), 10
LOOKUP, LATEST = "lookup() of {:,} identifiers", "latest() of {:,} identifiers"
TABLE = "ms_markets__externalpricests"
INDEX = "ix__ms_markets__externalpricests__asset_identifier__time_index"
WITH, WITHOUT = "write 100,000 rows, with the index", "write 100,000 rows, without it"

NAMES = """
INSERT INTO ms_markets__asset (unique_identifier)
SELECT 'XNAS:A' || n FROM generate_series(%s::int, %s::int - 1) n
"""
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
        *(
            figure(found, what.format(count), at_most=0.3 if count == LISTED[0] else None)
            for count in LISTED
            for what in (LOOKUP, LATEST)
        ),
    ]
    return Group(figures, server)


def _measure(database_url: str, environment: Mapping[str, str], repeats: int) -> dict[str, Sample]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(NAMES, [0, ASSETS])
        found = _writes(connection, repeats)
        present = 0
        for length in LENGTHS:
            _fill(connection, present, length)
            connection.execute(f"VACUUM ANALYZE {TABLE}")
            present = length
            # In a process of its own: the SDK of a process stays with its first platform.
            values = in_fork(latest_seconds, repeats, environment=environment, folder=ROOT)
            found[_latest(length)] = Sample(values)
        connection.execute(NAMES, [ASSETS, LISTED[-1]])
        connection.execute(f"TRUNCATE {TABLE}")
        wanted = {"assets": LISTED[-1], "first": 0, "end": LISTED[-1] * HOURS}
        connection.execute(FILL, wanted)
        connection.execute(f"VACUUM ANALYZE {TABLE}, ms_markets__asset")
        lists = in_fork(list_seconds, repeats, environment=environment, folder=ROOT)
        return found | {name: Sample(values) for name, values in lists.items()}


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


def list_seconds(repeats: int) -> dict[str, tuple[float, ...]]:
    """Seconds of look-ups by many identifiers, after one of each that is not counted."""
    import msm
    from msm.models import Asset
    from msm_portfolio import ExternalPricesTS as Prices

    runtime = msm.start_engine([Asset, Prices])
    ways: dict[str, Callable[[], float]] = {}

    def lookup(names: Sequence[str]) -> None:
        assert len(runtime.lookup(Asset, names)) == len(names)

    def latest(names: Sequence[str]) -> None:
        found = runtime.latest(Prices, Prices.asset_identifier.in_(names))
        assert found.row_count == len(names)

    for count in LISTED:
        names = [f"XNAS:A{number}" for number in range(count)]
        ways[LOOKUP.format(count)] = partial(timed, partial(lookup, names))
        ways[LATEST.format(count)] = partial(timed, partial(latest, names))
    interleave(ways, 1)
    return {name: sample.values for name, sample in interleave(ways, repeats).items()}


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
