"""Rows through the runtime, compared with psycopg on the same PostgreSQL."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msm
from msm.models import Asset
from msm_portfolio import ExternalPricesTS
from tests.support.forked import point_sdk_at

from . import rows_read as reading
from .local import Local, server_of
from .rows_write import COPY, EXECUTEMANY, UPSERT, measure_writes
from .shares import Shares
from .timing import Figure, Group, Sample, figure

__all__ = ["measure"]

COUNTS = (10_000, 100_000, 1_000_000)
# More rows take so long that they get fewer repeats.
MANY = 100_000
# The project's bounds, by the number of rows.
UPSERT_TIMES = {100_000: 1.3, 1_000_000: 1.4}
ROWS_TIMES = {1_000_000: 2.5}
FRAME_TIMES = {1_000_000: 2.0}
FEW_REPEATS = 3
MEGABYTES = 60
# For a list of 10,000 values.
LIST_SECONDS = 0.15


def measure(repeats: int) -> Group:
    """Measure on a platform for this run."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        local.run("start")
        try:
            local.upgrade()
            url = local.state()["database_url"]
            os.environ.update(local.environment())
            point_sdk_at(os.environ["MAINSEQUENCE_ENDPOINT"])
            shares = Shares(local.state()["pid"])
            return Group(_measure(url, repeats, shares), server_of(url))
        finally:
            local.destroy()


def _measure(database_url: str, repeats: int, shares: Shares) -> list[Figure]:
    runtime = msm.start_engine([Asset, ExternalPricesTS])
    figures: list[Figure] = []
    for count in COUNTS:
        found = measure_writes(runtime, database_url, count, _repeats(count, repeats), shares)
        figures += _writes(found, count)
    reading.fill(database_url, 50)
    points = reading.measure_points(runtime, repeats)
    figures += [
        figure(points, reading.BARE, unit="ms"),
        figure(points, reading.ONE, reading.BARE, unit="ms", times=1.3),
    ]
    figures += _lists(reading.measure_lists(runtime, database_url, repeats))
    for count in COUNTS:
        found = reading.measure_reads(
            runtime, database_url, count, _repeats(count, repeats), shares
        )
        figures += _reads(found, count)
    # The table still has the rows of the last count, so no time goes into filling it again.
    grown = reading.measure_stream(dict(os.environ), COUNTS[-1], _repeats(COUNTS[-1], repeats))
    what = _named(COUNTS[-1], "iter_rows(), growth of the process")
    return [*figures, Figure(what, grown, "MB", at_most=MEGABYTES), *shares.figures()]


def _repeats(count: int, repeats: int) -> int:
    return repeats if count <= MANY else min(repeats, FEW_REPEATS)


def _writes(found: Mapping[str, Sample], count: int) -> list[Figure]:
    named = {_named(count, way): sample for way, sample in found.items()}
    upsert, executemany, copy = (_named(count, way) for way in (UPSERT, EXECUTEMANY, COPY))
    return [
        figure(named, copy),
        *(figure(named, way, copy) for way in named if way != copy),
        figure(named, upsert, executemany, times=UPSERT_TIMES.get(count)),
    ]


def _reads(found: Mapping[str, Sample], count: int) -> list[Figure]:
    named = {_named(count, way): sample for way, sample in found.items()}
    fetchall, rows, psycopg_frame, frame = (
        _named(count, way)
        for way in (reading.FETCHALL, reading.ROWS, reading.PSYCOPG_FRAME, reading.FRAME)
    )
    return [
        figure(named, fetchall),
        figure(named, rows, fetchall, times=ROWS_TIMES.get(count)),
        figure(named, psycopg_frame),
        figure(named, frame, psycopg_frame, times=FRAME_TIMES.get(count)),
    ]


def _lists(found: Mapping[str, Sample]) -> list[Figure]:
    figures: list[Figure] = []
    for count in reading.LISTS:
        direct, ours = (f"{way} {count:,} values" for way in (reading.DIRECT, reading.IN))
        most = LIST_SECONDS * count / reading.LISTS[0]
        figures += [figure(found, direct), figure(found, ours, direct, at_most=most)]
    return figures


def _named(count: int, way: str) -> str:
    return f"{count:,} rows, {way}"
