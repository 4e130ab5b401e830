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
from .timing import Figure, Group, Sample, figure

__all__ = ["measure"]

COUNTS = (10_000, 100_000, 1_000_000)
# The project's bounds are for this count. A larger one takes so long that it gets fewer repeats.
MANY = 100_000
FEW_REPEATS = 3
MEGABYTES = 100


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
            return Group(_measure(url, repeats), server_of(url))
        finally:
            local.destroy()


def _measure(database_url: str, repeats: int) -> list[Figure]:
    runtime = msm.start_engine([Asset, ExternalPricesTS])
    figures: list[Figure] = []
    for count in COUNTS:
        found = measure_writes(runtime, database_url, count, _repeats(count, repeats))
        figures += _writes(found, count)
    reading.fill(database_url, 50)
    points = reading.measure_points(runtime, repeats)
    figures += [
        figure(points, reading.BARE, unit="ms"),
        figure(points, reading.ONE, reading.BARE, unit="ms", times=1.5),
    ]
    for count in COUNTS:
        found = reading.measure_reads(runtime, database_url, count, _repeats(count, repeats))
        figures += _reads(found, count)
    # The table still has the rows of the last count, so no time goes into filling it again.
    grown = reading.measure_stream(dict(os.environ), COUNTS[-1], _repeats(COUNTS[-1], repeats))
    what = _named(COUNTS[-1], "iter_rows(), growth of the process")
    return [*figures, Figure(what, grown, "MB", at_most=MEGABYTES)]


def _repeats(count: int, repeats: int) -> int:
    return repeats if count <= MANY else min(repeats, FEW_REPEATS)


def _writes(found: Mapping[str, Sample], count: int) -> list[Figure]:
    named = {_named(count, way): sample for way, sample in found.items()}
    upsert, executemany, copy = (_named(count, way) for way in (UPSERT, EXECUTEMANY, COPY))
    return [
        figure(named, copy),
        *(figure(named, way, copy) for way in named if way != copy),
        figure(named, upsert, executemany, times=3 if count == MANY else None),
    ]


def _reads(found: Mapping[str, Sample], count: int) -> list[Figure]:
    named = {_named(count, way): sample for way, sample in found.items()}
    fetchall, rows, psycopg_frame, frame = (
        _named(count, way)
        for way in (reading.FETCHALL, reading.ROWS, reading.PSYCOPG_FRAME, reading.FRAME)
    )
    return [
        figure(named, fetchall),
        figure(named, rows, fetchall),
        figure(named, psycopg_frame),
        figure(named, frame, psycopg_frame, times=3 if count == MANY else None),
    ]


def _named(count: int, way: str) -> str:
    return f"{count:,} rows, {way}"
