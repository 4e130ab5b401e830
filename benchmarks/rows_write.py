"""Run with ``./dev run python -m benchmarks.rows_write [ROWS ...]``; prints one table.

Bars of 50 assets are written into an empty table by ``runtime.upsert`` through the platform, and by
psycopg straight into the same PostgreSQL: by ``executemany`` of a plain INSERT, and by COPY.
"""

import datetime
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from .local import Local
from .timing import Sample, interleave

if TYPE_CHECKING:
    from msm import MarketsRuntime

__all__ = ["measure_writes", "price_rows", "show_writes"]

ASSETS = [f"XNAS:A{number:03d}" for number in range(50)]
TABLE = "ms_markets__externalpricests"
COLUMNS = ("time_index", "asset_identifier", "open", "high", "low", "close", "volume", "vwap")
SIZES = (10_000, 100_000, 1_000_000)
# Above it a measurement takes so long that fewer have to do.
MANY = 100_000
# The bound of the project: 100,000 rows in at most this many times what executemany takes.
BOUND = 3.0


def price_rows(count: int) -> list[tuple[Any, ...]]:
    """Bars of all assets, day by day from 1950 on, as tuples in the order of COLUMNS."""
    rng = random.Random(count)  # noqa: S311 - figures, not secrets
    start = datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC)
    days = [start + datetime.timedelta(day) for day in range(-(-count // len(ASSETS)))]
    return [
        (day, asset, *(rng.lognormvariate(4, 1) for _ in COLUMNS[2:]))
        for day in days
        for asset in ASSETS
    ][:count]


def measure_writes(
    runtime: "MarketsRuntime", database_url: str, count: int, repeats: int
) -> dict[str, Sample]:
    """Seconds that each way takes to write ``count`` rows.

    Args:
        runtime: has Asset and ExternalPricesTS attached.
        database_url: logs in to the runtime's database as the owner of its tables.
        count: rows to write.
        repeats: measurements of each way.
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

    def copy() -> None:
        into = sql.SQL("COPY {} FROM STDIN").format(target)
        with (
            psycopg.connect(database_url) as connection,
            connection.cursor() as cursor,
            cursor.copy(into) as stream,
        ):
            for row in rows:
                stream.write_row(row)

    def seconds_into_empty_table(write: Callable[[], None]) -> float:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(TABLE)))
        started = time.perf_counter()
        write()
        return time.perf_counter() - started

    return interleave(
        {
            "upsert": lambda: seconds_into_empty_table(upsert),
            "executemany": lambda: seconds_into_empty_table(executemany),
            "copy": lambda: seconds_into_empty_table(copy),
        },
        repeats,
    )


def show_writes(console: Console, found: dict[int, dict[str, Sample]]) -> None:
    """Print each way's seconds for each number of rows, as ratios to executemany."""
    table = Table(title="Writing rows of a price series", title_justify="left")
    for heading in ("rows", "way", "median", "spread", "over executemany", "bound"):
        table.add_column(heading)
    names = {
        "upsert": "runtime.upsert",
        "executemany": "psycopg executemany",
        "copy": "psycopg COPY",
    }
    for count, samples in found.items():
        for way, sample in samples.items():
            ratio = sample.median / samples["executemany"].median
            bound = f"{BOUND:.0f} times" if (way, count) == ("upsert", 100_000) else ""
            table.add_row(
                f"{count:,}", names[way], f"{sample.median:.2f} s", sample.spread,
                f"{ratio:.2f}", bound,
            )  # fmt: skip
    console.print(table)


def main(sizes: Sequence[int]) -> None:
    """Measure on a platform of its own, and print the table."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        local.run("start")
        try:
            found = _measure_on(local, sizes)
        finally:
            local.destroy()
    show_writes(Console(), found)


def _measure_on(local: Local, sizes: Sequence[int]) -> dict[int, dict[str, Sample]]:
    local.upgrade()
    os.environ.update(local.environment())
    # The SDK reads its endpoint from the environment when it is imported.
    import msm
    from msm.models import Asset
    from msm_portfolio import ExternalPricesTS

    runtime = msm.start_engine([Asset, ExternalPricesTS])
    url = local.state()["database_url"]
    return {
        count: measure_writes(runtime, url, count, repeats=7 if count <= MANY else 3)
        for count in sizes
    }


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or SIZES)
