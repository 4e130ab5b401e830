"""A project with more tables than one request of the SDK can reserve."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from benchmarks.scale import write_project
from tests.conftest import ROOT
from tests.downstream.conftest import Project

# Two thirds are of one kind, whose limit is 200.
TABLES = 310


@pytest.mark.slow
def test_hundreds_of_tables_are_reserved_and_active(
    tmp_path: Path, superuser: Connection, environment: Mapping[str, str]
) -> None:
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    write_project(tmp_path, "many", TABLES)
    many = Project(tmp_path, "many")
    made = many.migrate("revision", "--autogenerate", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    upgraded = many.migrate("upgrade", "head", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    found = superuser.execute(
        "SELECT provisioning_status FROM msm_local.meta_tables WHERE identifier LIKE 'many%'"
    ).fetchall()
    assert Counter(status for (status,) in found)["active"] >= TABLES
