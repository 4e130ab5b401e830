"""``./dev run python -m tests.timescale [ARGUMENTS]``: the tests that need a TimescaleDB.

They run on the server of ``MSM_TIMESCALE_URL``, which is the URL of a superuser; where that is not
set, on one that is made here, as root on Debian. Then the tests of migrations, of the tools, of
rows and of time series run there too, with every time-indexed table a hypertable. Arguments are
passed to pytest.
"""

import os
import subprocess
import sys
from contextlib import nullcontext

from tests.conftest import ROOT
from tests.timescale.server import ServerError, server

# In a database at head of these, every time-indexed table is a hypertable.
FILES = (
    "tests/timescale",
    "tests/core/operations/test_constraint_errors.py",
    "tests/core/rows",
    "tests/core/test_timeseries.py",
    "tests/core/test_timeseries_plans.py",
    "tests/migrations/adopt",
    "tests/migrations/run/test_commands.py",
    "tests/migrations/tools/test_check.py",
    "tests/migrations/tools/test_check_and_plan.py",
    "tests/migrations/tools/test_check_catalog.py",
    "tests/migrations/tools/test_plan.py",
)
# What a hypertable does in another way, and why.
LEFT_OUT = {
    "test_observations_are_found_by_the_unique_index": "a plan names the indexes of the chunks",
    "test_latest_reads_no_more_of_a_longer_history": "a walk looks into each chunk",
    "test_an_error_keeps_the_platforms_answer": "PostgreSQL names a chunk",
    "test_the_platform_walks_the_index_too": "a plan names the indexes of the chunks",
    "test_after_upgrade_the_catalog_matches_postgresql": "create_hypertable() adds an index",
    "test_downgrade_to_base_and_upgrade_keep_every_uid": "below 1005 a key is without its time",
    "test_down_to_1002_drops_pricing_only": "below 1005 a key is without its time",
    "test_sql_of_a_downgrade_does_the_same": "below 1005 a key is without its time",
    "test_sql_of_an_upgrade_does_the_same": "below 1005 a key is without its time",
    "test_a_clean_database_has_no_differences": "check lists the hypertables",
    "test_the_text_groups_differences_by_command": "check lists the hypertables",
}


def main() -> int:
    """Run the tests; return the exit code of pytest."""
    url = os.environ.get("MSM_TIMESCALE_URL")
    try:
        with server() if not url else nullcontext(url) as place:
            return run(place)
    except ServerError as error:
        print(error, file=sys.stderr)  # noqa: T201 - its one sentence
        return 2


def run(url: str) -> int:
    """Run the tests on a server; return the exit code of pytest."""
    # One process: its fixtures give their databases names of their own.
    words = [
        "-n",
        "0",
        "-m",
        "slow or not slow",
        "-k",
        " and ".join(f"not {name}" for name in LEFT_OUT),
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, *(sys.argv[1:] or FILES)],
        cwd=ROOT, env=os.environ | {"MSM_TIMESCALE_URL": url}, check=False,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
