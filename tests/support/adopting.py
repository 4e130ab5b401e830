"""``python -m migrations.adopt``, run in a forked process, and what it prints."""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection
from sqlalchemy import select

import msm
from migrations.adopt.__main__ import main
from migrations.history.published import RENAMED_KEYS, UNBOUNDED_COLUMNS
from tests.conftest import ROOT
from tests.support.forked import Finished, run_forked, value_of
from tests.support.history import MODELS
from tests.support.migrating import UPGRADE
from tests.support.schema import describe

__all__ = [
    "ADOPTED",
    "ALWAYS",
    "ASSET",
    "NEW_NAME",
    "OLD_NAME",
    "PORTFOLIO",
    "VERSION",
    "WOULD",
    "adopt",
    "lines_of",
    "rows_read",
    "state",
]

VERSION = "SELECT version_num FROM ms_markets__alembic_version"
ASSET = "ms_markets__asset"
ADOPTED = (
    "Adopted: 61 tables are as 1003 has them, and the version row says 1003 instead of 0017; "
    f"continue with `{UPGRADE}`.\n"
)
[(PORTFOLIO, (OLD_NAME, NEW_NAME))] = RENAMED_KEYS.items()
# The differences of every such database, besides those that a test makes.
ALWAYS = [
    f"{PORTFOLIO}.{OLD_NAME}: its name in 1003 is {NEW_NAME}",
    "ms_markets__interpolatedpricests: 1003 has no such table",
    *(
        f"{table}.{column}: the database has {column} VARCHAR{null}; 1003 has {column} "
        f"VARCHAR(255){null}"
        for table, columns in UNBOUNDED_COLUMNS.items()
        for column in columns
        for null in ["" if column.startswith(("order_", "comm", "settl")) else " NOT NULL"]
    ),
]
WOULD = (
    "Nothing was changed: 61 tables are as 1003 has them, and `python -m migrations.adopt` would "
    "change the version row from 0017 to 1003.\n"
)


def lines_of(result: Finished, last: str) -> set[str]:
    """The differences without loss, in a report that ends with ``last``."""
    assert result.stderr == ""
    head, *differences = result.stdout.removesuffix(last).splitlines()
    assert head == "Different, without loss:"
    assert result.stdout.endswith(f"\n{last}")
    return {line.removeprefix("  ") for line in differences}


def adopt(environment: Mapping[str, str], *arguments: str) -> Finished:
    """Run ``python -m migrations.adopt ARGUMENTS``; its exit code is the value."""
    return run_forked(main, [*arguments], environment=environment, folder=ROOT)


def _read_all() -> dict[str, int]:
    runtime = msm.start_engine(MODELS)
    return {model.__tablename__: runtime.execute(select(model)).row_count for model in MODELS}


def rows_read(environment: Mapping[str, str]) -> dict[str, int]:
    """How many rows a service reads that attaches every model, by table."""
    read: dict[str, int] = value_of(_read_all, environment=environment)
    return read


def state(connection: Connection) -> Any:
    """Everything that adopt must not change when it refuses."""
    catalog = connection.execute(
        "SELECT uid, identifier, provisioning_status, deleted_at FROM msm_local.meta_tables"
        " ORDER BY uid"
    ).fetchall()
    return describe(connection), connection.execute(VERSION).fetchall(), catalog
