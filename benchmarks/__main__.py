"""Measure, and print one table per group; ``--record`` also writes it to docs/benchmarks/.

    ./dev run python -m benchmarks                         all groups
    ./dev run python -m benchmarks startup upgrade         some of them
    ./dev run python -m benchmarks --repeats 3 startup
    MSM_SDK=mainsequence8 ./dev run python -m benchmarks     with SDK 8

Every figure is a median over interleaved repeats, with its spread. Ratios compare measurements of
one run. No test asserts a duration: it would depend on the machine.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable

from . import load, rows, scale, series, startup, upgrade
from .report import PLOTTED, machine, of_this_generation, record, show
from .timing import Group

# Title, function, and number of repeats: a run of all groups takes about a quarter of an hour.
GROUPS: dict[str, tuple[str, Callable[[int], Group], int]] = {
    "startup": ("Start-up", startup.measure, 7),
    "upgrade": ("Upgrading our tables, compared with bare Alembic", upgrade.measure, 7),
    "scale": ("Many tables", scale.measure, 5),
    "series": ("Long time series", series.measure, 5),
    "rows": (PLOTTED, rows.measure, 7),
    "load": ("Many clients at once", load.measure, 3),
}


def main() -> None:
    """Measure the groups that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"from {', '.join(GROUPS)}")
    parser.add_argument("--repeats", type=int, help="number of repeats for every group")
    parser.add_argument(
        "--record", action="store_true", help="also write their tables to docs/benchmarks/"
    )
    wanted = parser.parse_args()
    unknown = set(wanted.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    # If it is set, every process compiles our sources and revisions again. Forked processes come
    # from one that starts with the setting of this process, so it changes here too.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    print(f"On {machine()}")
    found: dict[str, Group] = {}
    # The order matters: after "rows" the SDK of this process has a platform that is gone.
    for name, (title, measure, repeats) in GROUPS.items():
        if wanted.groups and name not in wanted.groups:
            continue
        started = time.perf_counter()
        found[title] = measure(wanted.repeats or repeats)
        show(title, found[title])
        print(f"{name} took {time.perf_counter() - started:.0f} s\n")
    if wanted.record:
        record(of_this_generation([title for title, _, _ in GROUPS.values()]), found)


if __name__ == "__main__":
    main()
