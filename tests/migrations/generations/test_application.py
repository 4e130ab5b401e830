"""``metatables.upgrade_application`` in a program: it works, and refuses, as the command does."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from migrations.errors import LockHeldError, MigrationError, UnversionedTablesError
from migrations.run.lock import MigrationLock
from msm.sdk import ApiError
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import run_forked, value_of
from tests.support.gateway import Gateway
from tests.support.generation import only_metatables
from tests.support.history import HEAD, RESOURCES, TABLES
from tests.support.migrating import LOCK_TABLE, UPGRADE, unload_ours
from tests.support.refusals import sentence
from tests.support.schema import describe

pytestmark = only_metatables

LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


def upgrade(revision: str = "head") -> dict[str, Any]:
    from metatables import upgrade_application

    answer: dict[str, Any] = upgrade_application(PROVIDER, revision=revision)
    return answer


def upgrade_in_steps(url: str) -> list[Any]:
    """Upgrade twice in one process, and count the locks after each."""
    said = []
    for revision in ("1002", "head"):
        answer = upgrade(revision)
        with psycopg.connect(url) as connection:
            locks = connection.execute(LOCKS).fetchone()
        said.append([answer["revision"], answer["migrated"], answer["active_count"], locks])
    return said


@pytest.mark.slow
def test_a_program_upgrades_twice_in_one_process(
    fresh_platform: LocalPlatform, empty_database: Connection, empty_url: str
) -> None:
    said = value_of(upgrade_in_steps, empty_url, environment=environment_of(fresh_platform))
    assert said == [["1002", True, 52, (0,)], [HEAD, True, RESOURCES, (0,)]]
    assert len(describe(empty_database)) == len(TABLES)


def refused() -> tuple[str, int, str]:
    with pytest.raises(MigrationError) as caught:
        upgrade()
    return type(caught.value).__name__, caught.value.exit_code, str(caught.value)


def test_a_program_catches_a_refusal_with_its_facts(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DELETE FROM ms_markets__alembic_version")
    before = describe(superuser)
    assert value_of(refused, environment=environment) == (
        UnversionedTablesError.__name__,
        1,
        sentence(
            UnversionedTablesError,
            tables=f"{', '.join(TABLES[:3])} and {len(TABLES) - 3} more",
            version_table="ms_markets__alembic_version",
            command=UPGRADE,
        ),
    )
    assert describe(superuser) == before
    assert superuser.execute(LOCKS).fetchone() == (0,)


@pytest.mark.parametrize("caught", [True, False], ids=["caught", "not caught"])
def test_a_held_lock_is_exit_code_75(
    caught: bool, environment: Mapping[str, str], held: MigrationLock
) -> None:
    brief = {**environment, "MSM_MIGRATION_LOCK_TIMEOUT": "0"}
    if caught:
        kind, code, _ = value_of(refused, environment=brief)
        assert (kind, code) == (LockHeldError.__name__, 75)
    else:
        result = run_forked(upgrade, environment=brief, folder=ROOT)
        assert result.exit_code == 75
        assert "Traceback" not in result.stderr
        assert f"holds the lock of {LOCK_TABLE}" in result.stderr.splitlines()[-1]
    held.release()


def fail_and_count(url: str) -> tuple[str, int]:
    """Fail in finalize, and count the locks while the process goes on."""
    with pytest.raises(ApiError) as caught:
        upgrade()
    with psycopg.connect(url) as connection:
        row = connection.execute(LOCKS).fetchone()
    assert row is not None
    return str(caught.value), row[0]


@pytest.mark.slow
def test_a_failed_finalize_frees_the_lock(fresh_platform: LocalPlatform, empty_url: str) -> None:
    """The process of a service lives on, and another deployment must not wait for it."""
    seen: list[float] = []

    def meet(method: str, path: str) -> int | None:
        if method == "POST" and path.endswith("/finalize-managed/"):
            seen.append(time.monotonic())
            return 503 if len(seen) > 2 else None
        return None

    with Gateway(fresh_platform, meet) as gateway:
        through = {**environment_of(fresh_platform), **gateway.environment()}
        said, locks = value_of(fail_and_count, empty_url, environment=through)
    assert "503" in said
    assert locks == 0
    assert value_of(upgrade, environment=environment_of(fresh_platform))["migrated"] is False


def test_a_wrong_provider_is_one_sentence(environment: Mapping[str, str], checkout: Path) -> None:
    registry = checkout / "migrations" / "registry.py"
    source = registry.read_text(encoding="utf-8")
    fewer = "*pricing_sqlalchemy_models()[:-1],"
    registry.write_text(source.replace("*pricing_sqlalchemy_models(),", fewer), encoding="utf-8")
    result = run_forked(upgrade_fresh, environment=environment, folder=checkout)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "mapped on MarketsBase but in no graph; add it to the *_sqlalchemy_models() of its package."
    )
    assert "Traceback" not in result.stderr


def upgrade_fresh() -> None:
    unload_ours()
    upgrade()
