"""What check and plan have in common: refusals, what they leave behind, and locked tables."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from psycopg import Connection, sql

from migrations import migration
from migrations.errors import UnversionedTablesError
from migrations.inspection.database import find_registry, read_only
from msm_local.instances.variables import platform_variables
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of
from tests.support.forked import Finished, run_forked
from tests.support.gateway import Gateway
from tests.support.history import TABLES
from tests.support.janitor import new_database
from tests.support.migrating import UPGRADE, migrate, sentence_of, wait_for_lock_timeout
from tests.support.refusals import sentence
from tests.support.schema import defaults_and_comments, describe
from tests.support.tools import differences, run_check, run_plan

# Many databases: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

type Tool = Callable[[Mapping[str, str]], Finished]

HELD = "ms_markets__indexformuladefinition"
each_tool = pytest.mark.parametrize("tool", [run_check, run_plan], ids=["check", "plan"])


def upgrade(environment: Mapping[str, str], target: str = "head") -> None:
    result = migrate("upgrade", target, environment=environment)
    assert result.exit_code == 0, result.stderr


@each_tool
def test_wrong_search_path_is_refused_as_by_upgrade(
    tool: Tool,
    environment: Mapping[str, str],
    superuser: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # To generation 2 the platform pins the path; the checks do not depend on it.
    monkeypatch.setattr("msm_local.services.metatables.migration_connections.OPTIONS", "")
    superuser.execute("CREATE SCHEMA acme; GRANT USAGE ON SCHEMA acme TO PUBLIC")
    name = sql.Identifier(superuser.info.dbname)
    superuser.execute(sql.SQL("ALTER DATABASE {} SET search_path = acme, public").format(name))
    result = tool(environment)
    assert (result.value, result.stdout) == (2, "")
    refused = migrate("upgrade", "head", environment=environment)
    assert result.stderr == f"{sentence_of(refused)}\n"


@each_tool
def test_tables_without_a_version_row_are_not_upgraded(
    tool: Tool, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DELETE FROM ms_markets__alembic_version")
    result = tool(environment)
    whole = sentence(
        UnversionedTablesError,
        tables=f"{', '.join(TABLES[:3])} and {len(TABLES) - 3} more",
        version_table="ms_markets__alembic_version",
        command=UPGRADE,
    )
    if tool is run_plan:
        assert (result.value, result.stdout, result.stderr) == (2, "", f"{whole}\n")
        return
    assert f"-> {UPGRADE}" not in result.stdout
    [found] = differences(environment, "--wait", "60")
    fault, _, remedy = whole.removesuffix(".").partition(", so nothing was changed; ")
    assert (found["kind"], found["detail"], found["command"]) == ("unversioned", fault, remedy)


@each_tool
def test_failure_is_json_for_programs_too(tool: Tool, fresh_platform: LocalPlatform) -> None:
    environment = environment_of(fresh_platform) | platform_variables("http://127.0.0.1:9", "none")
    arguments = ("--json",)
    result = (
        run_check(environment, *arguments)
        if tool is run_check
        else run_plan(environment, *arguments)
    )
    assert result.value == 2
    assert json.loads(result.stdout) == {
        "ok": False,
        "error": "PlatformUnreachableError",
        "message": result.stderr.removesuffix("\n"),
    }


@each_tool
def test_read_only_tool_leaves_only_a_credential(
    tool: Tool, environment: Mapping[str, str], superuser: Connection
) -> None:
    def traces() -> list[object]:
        tables = ("meta_tables", "code_repository_branches")
        versions = "SELECT * FROM ms_markets__alembic_version"
        return [
            *(
                superuser.execute(f"SELECT t::text FROM msm_local.{table} t ORDER BY 1".encode())
                .fetchall()
                for table in tables
            ),
            superuser.execute(versions).fetchall(),
            describe(superuser),
            defaults_and_comments(superuser),
        ]  # fmt: skip

    def credentials() -> int:
        row = superuser.execute("SELECT count(*) FROM msm_local.migration_credentials").fetchone()
        assert row is not None
        return int(row[0])

    before, issued = traces(), credentials()
    assert tool(environment).value == 0
    assert traces() == before
    assert credentials() == issued + 1


def write_through_the_tool() -> str:
    registry = find_registry(migration)
    assert registry is not None
    with read_only(registry) as database:
        database.connection.exec_driver_sql("DELETE FROM ms_markets__asset")
    return "written"


def test_read_only_connection_cannot_write(environment: Mapping[str, str]) -> None:
    result = run_forked(write_through_the_tool, environment=environment, folder=ROOT)
    assert result.value is None
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("The database head at 127.0.0.1:")
    assert " cannot be read (cannot execute DELETE in a read-only transaction); " in result.stderr


def outlive_the_credential() -> None:
    registry = find_registry(migration)
    assert registry is not None
    clock = patch("migrations.inspection.database.monotonic", side_effect=[0.0, 59.0])
    with clock, read_only(registry, lifetime=60) as database:
        # PostgreSQL ends the session, as it does when the platform drops its role.
        database.connection.exec_driver_sql("SET idle_in_transaction_session_timeout = '1ms'")
        time.sleep(0.1)
        database.connection.exec_driver_sql("SELECT 1")


def test_look_longer_than_the_credential_lasts_blames_it(environment: Mapping[str, str]) -> None:
    result = run_forked(outlive_the_credential, environment=environment, folder=ROOT)
    said = "The platform's credential for the database head at 127.0.0.1:"
    assert result.stderr.startswith(said)
    assert " has expired (terminating connection due to " in result.stderr


def name_of_the_session() -> str:
    registry = find_registry(migration)
    assert registry is not None
    with read_only(registry) as database:
        return str(database.connection.exec_driver_sql("SHOW application_name").scalar_one())


def test_read_only_session_has_its_name(environment: Mapping[str, str]) -> None:
    result = run_forked(name_of_the_session, environment=environment, folder=ROOT)
    assert result.value.startswith("msm-look "), result.stderr


def test_held_table_does_not_hang_the_tool(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    with superuser.transaction():
        superuser.execute(f"LOCK TABLE {HELD} IN ACCESS EXCLUSIVE MODE".encode())
        result = run_check({**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.2"})
    assert (result.value, result.stdout) == (2, "")
    name = superuser.info.dbname
    assert result.stderr == (
        f"Another session, such as a migration, holds a table of the database {name} at 127.0.0.1:"
        f"{superuser.info.port} (canceling statement due to lock timeout); run this again when it "
        "has ended.\n"
    )


def test_table_of_others_is_not_read(environment: Mapping[str, str], superuser: Connection) -> None:
    superuser.execute("CREATE TABLE other (a integer DEFAULT 1 CHECK (a > 0))")
    superuser.execute("CREATE INDEX ON other (a) WHERE a > 1")
    with superuser.transaction():
        superuser.execute("LOCK TABLE other IN ACCESS EXCLUSIVE MODE")
        assert differences({**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.2"}) == []


def test_wait_outlasts_a_migration_that_holds_a_table(
    environment: Mapping[str, str], superuser: Connection, watcher: Connection
) -> None:
    patient = {**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.3"}
    with ThreadPoolExecutor() as pool:
        with superuser.transaction():
            superuser.execute(f"LOCK TABLE {HELD} IN ACCESS EXCLUSIVE MODE".encode())
            waiting = pool.submit(run_check, patient, "--wait", "60")
            wait_for_lock_timeout(watcher, "msm-look")
        result = waiting.result()
    assert result.value == 0, result.stdout + result.stderr


def test_wait_gives_up_on_a_held_table(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    with superuser.transaction():
        superuser.execute(f"LOCK TABLE {HELD} IN ACCESS EXCLUSIVE MODE".encode())
        brief = {**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.2"}
        result = run_check(brief, "--wait", "1")
    assert (result.value, result.stdout) == (2, "")
    assert "holds a table" in result.stderr


def test_wait_ends_when_a_migration_reaches_head(
    fresh_platform: LocalPlatform,
) -> None:
    environment = environment_of(fresh_platform)
    looked = threading.Event()

    def meet(_method: str, path: str) -> None:
        if path.endswith("/meta-tables/filter/"):
            looked.set()

    with Gateway(fresh_platform, meet) as gateway, ThreadPoolExecutor() as pool:
        through = {**environment, **gateway.environment()}
        waiting = pool.submit(run_check, through, "--wait", "60")
        assert looked.wait(60)
        upgrade(environment)
        result = waiting.result()
    assert result.value == 0, result.stdout + result.stderr


def test_wait_gives_up_with_what_it_found(fresh_platform: LocalPlatform) -> None:
    environment = environment_of(fresh_platform)
    assert run_check(environment, "--wait", "1").value == 2
    upgrade(environment, "1001")
    started = time.monotonic()
    found = differences(environment, "--wait", "2")
    assert time.monotonic() - started >= 2
    assert found[0]["kind"] == "behind"


def test_wait_outlasts_a_restart_of_postgresql_and_platform() -> None:
    with Cluster.temporary() as server, new_database(server, "restarted") as name:
        url = server.platform_url(name)
        with LocalPlatform(url) as platform, Gateway(platform, _refuse_first()) as gateway:
            environment = environment_of(platform)
            upgrade(environment)
            through = {**environment, **gateway.environment()}
            server.stop()
            with ThreadPoolExecutor() as pool:
                waiting = pool.submit(run_check, through, "--wait", "90")
                time.sleep(3)
                assert not waiting.done()
                server.start()
                result = waiting.result()
    assert result.value == 0, result.stdout + result.stderr


def _refuse_first() -> Callable[[str, str], int | None]:
    """Answers of a platform that is starting again: two refusals, then its own."""
    left = [503, 503]
    return lambda _method, _path: left.pop() if left else None


def test_wait_ends_if_no_upgrade_would_help(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("DROP INDEX ix__ms_markets__asset__asset_type")
    started = time.monotonic()
    assert len(differences(environment, "--wait", "60")) == 1
    assert time.monotonic() - started < 60
