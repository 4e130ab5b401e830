"""Rows through the runtime, compared with psycopg on the same PostgreSQL."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from . import rows_read as reading
from .local import Local
from .rows_write import COPY, EXECUTEMANY, UPSERT, measure_writes
from .timing import Figure, Sample, figure

__all__ = ["measure"]

WRITTEN = (10_000, 100_000, 1_000_000)
READ = (100_000, 1_000_000)
# Above it a measurement takes so long that fewer have to do; the project's bounds are about it.
MANY = 100_000
FEW_REPEATS = 3


def measure(repeats: int) -> list[Figure]:
    """Measure on a platform of this run's own, with fsync on."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        local.run("start")
        try:
            local.upgrade()
            os.environ.update(local.environment())
            return _measure(local.state()["database_url"], repeats)
        finally:
            local.destroy()


def _measure(database_url: str, repeats: int) -> list[Figure]:
    # The SDK reads its endpoint from the environment when it is imported.
    import msm
    from msm.models import Asset
    from msm_portfolio import ExternalPricesTS

    runtime = msm.start_engine([Asset, ExternalPricesTS])
    figures: list[Figure] = []
    for count in WRITTEN:
        found = measure_writes(runtime, database_url, count, _repeats(count, repeats))
        bound = "3 times" if count == MANY else ""
        figures += _figures(found, count, {UPSERT: EXECUTEMANY, COPY: EXECUTEMANY}, {UPSERT: bound})
    reading.fill(database_url, 50)
    points = reading.measure_points(runtime, repeats)
    figures += [
        figure(points, reading.BARE, unit="ms"),
        figure(points, reading.ONE, reading.BARE, unit="ms", bound="1.5 times"),
    ]
    over = {reading.ROWS: reading.FETCHALL, reading.FRAME: reading.PSYCOPG_FRAME}
    for count in READ:
        found = reading.measure_reads(runtime, database_url, count, _repeats(count, repeats))
        bound = "3 times" if count == MANY else ""
        figures += _figures(found, count, over, {reading.FRAME: bound})
        grown = Sample((reading.measure_stream(dict(os.environ), count),))
        figures.append(Figure(f"{count:,} rows, iter_rows()", grown, "MB", bound="100 MB"))
    return figures


def _repeats(count: int, repeats: int) -> int:
    return repeats if count <= MANY else min(repeats, FEW_REPEATS)


def _figures(
    found: Mapping[str, Sample], count: int, over: Mapping[str, str], bounds: Mapping[str, str]
) -> list[Figure]:
    named = {f"{count:,} rows, {way}": sample for way, sample in found.items()}
    return [
        figure(
            named,
            f"{count:,} rows, {way}",
            f"{count:,} rows, {over[way]}" if way in over else "",
            bound=bounds.get(way, ""),
        )
        for way in found
    ]
