"""Measure, and print one table a group; ``--record`` writes them to docs/benchmarks.md, too.

    ./dev run python -m benchmarks                         all groups
    ./dev run python -m benchmarks startup upgrade         some of them
    ./dev run python -m benchmarks --repeats 3 startup

Every figure is a median over interleaved repeats, with its spread. Ratios compare what was measured
in one run; no test asserts a duration.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import load, rows, scale, startup, upgrade
from .report import PLOTTED, machine, record, show
from .timing import Group

# Title, what measures, and how many repeats fit a run of all groups into a quarter of an hour.
GROUPS: dict[str, tuple[str, Callable[[int], Group], int]] = {
    "startup": ("Start-up", startup.measure, 7),
    "upgrade": ("Upgrading our tables, compared with bare Alembic", upgrade.measure, 7),
    "scale": ("Many tables", scale.measure, 5),
    "rows": (PLOTTED, rows.measure, 7),
    "load": ("Many clients at once", load.measure, 3),
}
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure the groups that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--repeats", type=int, help="of every group, instead of its own number")
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks.md, too")
    wanted = parser.parse_args()
    strangers = set(wanted.groups) - set(GROUPS)
    if strangers:
        parser.error(f"no group {', '.join(sorted(strangers))}; there are {', '.join(GROUPS)}")
    if wanted.record and wanted.groups:
        parser.error("the page is about one run of all groups: name none with --record")
    # Where it is set, Python would compile our sources and revisions anew for every process; those
    # that are forked come from one that is started with the setting of this process.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    print(f"On {machine()}")
    found: dict[str, Group] = {}
    # In the order of the groups: rows leave the SDK of this process with a platform that is gone.
    for name, (title, measure, repeats) in GROUPS.items():
        if wanted.groups and name not in wanted.groups:
            continue
        started = time.perf_counter()
        found[title] = measure(wanted.repeats or repeats)
        show(title, found[title])
        print(f"{name} took {time.perf_counter() - started:.0f} s\n")
    if wanted.record:
        record(found, PAGE)


if __name__ == "__main__":
    main()
