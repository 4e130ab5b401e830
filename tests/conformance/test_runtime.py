"""msm's own operations give the same rows and the same errors on both engines."""

from pathlib import Path
from typing import Any

import pytest

import msm
from msm.errors import ReturningCutError, StatementError, TooLargeError
from msm.models import AssetType
from tests.conformance.engines import Engine
from tests.conformance.tables import create_table
from tests.core.operations.refusing import Refused
from tests.core.operations.test_constraint_errors import CASES, refuse_all
from tests.core.operations.test_limits import (
    ROWS,
    read_wide,
    return_too_much,
    too_large_among_others,
    write_wide,
)
from tests.core.operations.test_statement_forms import READS, WRITES, run_all
from tests.core.values.test_roundtrip import name_and_ddl, round_trips
from tests.support.forked import value_of
from tests.support.generation import only_metatables
from tests.support.history import HEAD, MODELS, TABLES
from tests.support.migrating import migrate

pytestmark = [pytest.mark.slow, only_metatables]


@pytest.fixture(scope="module")
def at_head(running: Engine) -> Engine:
    """The engine with our tables."""
    finished = migrate("upgrade", "head", environment=running.environment)
    assert finished.exit_code == 0, finished.stderr
    return running


@pytest.fixture
def empty(at_head: Engine) -> Engine:
    """The engine with our tables, without rows."""
    with at_head.connect() as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)}".encode())
    return at_head


def test_every_form_of_statement_gives_its_rows(empty: Engine) -> None:
    found: Any = value_of(run_all, environment=empty.environment)
    read, written = found
    assert read == {name: rows for name, (_statement, rows) in READS.items()}
    assert written == {
        name: (count, rows) for name, (_statement, count, _check, rows) in WRITES.items()
    }


def test_every_violated_constraint_is_its_error(empty: Engine) -> None:
    errors: dict[str, Refused] = value_of(refuse_all, environment=empty.environment)
    found = {name: (error.kind, error.message) for name, error in errors.items()}
    assert found == {name: (kind, sentence) for name, (_call, kind, sentence) in CASES.items()}


def attached_revision() -> str | None:
    return msm.start_engine(MODELS, at_least=HEAD).revision


def test_every_model_attaches_at_head(at_head: Engine) -> None:
    assert value_of(attached_revision, environment=at_head.environment) == HEAD


def write_a_megabyte() -> int:
    runtime = msm.start_engine([AssetType])
    return runtime.upsert(
        AssetType, [{"asset_type": f"t{n}", "display_name": "x" * 200} for n in range(5_000)]
    )


def test_migrations_run_after_a_large_write(empty: Engine) -> None:
    assert value_of(write_a_megabyte, environment=empty.environment) == 5_000
    finished = migrate("upgrade", "head", environment=empty.environment)
    assert finished.exit_code == 0, finished.stderr


def test_what_is_too_large_is_read_or_refused(empty: Engine) -> None:
    with empty.connect() as connection:
        write_wide(connection)
    read = value_of(read_wide, environment=empty.environment)
    assert [rows for rows, _different, _letters in read] == [ROWS, ROWS]
    errors = value_of(too_large_among_others, environment=empty.environment)
    assert [error.kind for error in errors] == [TooLargeError] * 3
    assert [set(error.facts["values"]) for error in errors] == [{"uid"}, {"uid"}, set()]
    errors = value_of(return_too_much, environment=empty.environment)
    assert [error.kind for error in errors] == [ReturningCutError] * 2 + [StatementError] * 2


def test_every_value_comes_back(running: Engine, tmp_path: Path) -> None:
    name, ddl = value_of(name_and_ddl, environment=running.environment)
    create_table(running, name, ddl)
    storage = {"HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}
    assert value_of(round_trips, environment={**running.environment, **storage}) >= 40
