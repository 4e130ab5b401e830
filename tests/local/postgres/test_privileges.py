"""The user's own PostgreSQL: the rights that it must give, and how an instance remembers it.

The server is the embedded one of the test session, under a role that is not the platform's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from msm_local.cli import main
from msm_local.database import bootstrap
from msm_local.database.bootstrap import prepare_database, role_names
from msm_local.database.privileges import check_database
from msm_local.errors import (
    AdministratorNeededError,
    AlreadyRunningError,
    DatabaseSetupError,
    NotEmbeddedError,
)
from msm_local.postgres.cluster import SUPERUSER, Cluster
from tests.local.shell import Shell
from tests.support.janitor import new_database

ROLE = 'somebody "else" é'
PASSWORD = "of this test alone"  # noqa: S105


class Owned:
    """A database that an administrator made, and a role that may only log in to it."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name
        login = conninfo_to_dict(cluster.admin_url(name))
        self.url = psycopg.conninfo.make_conninfo(
            host="127.0.0.1", port=login["port"], dbname=name, user=ROLE, password=PASSWORD
        )

    def administrator(self) -> Connection[Any]:
        return psycopg.connect(self.cluster.admin_url(self.name), autocommit=True)

    def allow(self, script: str) -> None:
        with self.administrator() as connection:
            for statement in script.splitlines():
                connection.execute(statement.encode())


@pytest.fixture
def owned(cluster: Cluster) -> Iterator[Owned]:
    name = "somebody's"
    made = Owned(cluster, name)
    role = sql.Identifier(ROLE)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, PASSWORD))
    with new_database(cluster, name, owner=SUPERUSER):
        yield made
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        query = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'somebody%' ORDER BY 1 DESC"
        for (other,) in connection.execute(query).fetchall():
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(other)))


@pytest.mark.slow
def test_start_prints_the_sql_for_an_administrator(owned: Owned, tmp_path: Path) -> None:
    """The golden test of both sentences and of the SQL."""
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    refused = shell("start", "--database-url", owned.url, code=5)
    assert refused.stderr.splitlines() == [
        (
            "Error: The role of --database-url lacks privileges; ask an administrator to run the "
            "printed SQL in that database, then start again."
        ),
        "[administrator-needed] The database was not changed.",
    ]
    quoted = '"somebody ""else"" é"'
    assert refused.stdout.splitlines() == [
        f"ALTER ROLE {quoted} CREATEROLE;",
        f'ALTER DATABASE "somebody\'s" OWNER TO {quoted};',
    ]
    assert PASSWORD not in refused.stdout + refused.stderr
    # A URL that did not work is not remembered.
    assert "database-url" not in shell("doctor").stdout
    owned.allow(refused.stdout)
    started = shell("start", "--database-url", owned.url)
    try:
        assert "in the database of --database-url" in started.stdout
        assert shell.status()["persistence"] == "database_url"
        # The administrator granted it no other role: it created the rest itself.
        assert "FAIL" not in shell("doctor").stdout
        check_memory(shell, owned)
    finally:
        shell("destroy", "--force")
    assert not list(tmp_path.glob(".msm-local/**"))


def check_memory(shell: Shell, owned: Owned) -> None:
    """The next start uses the same database, unless an option says otherwise."""
    shell.write_row()
    memory = shell.state / "database.json"
    assert memory.stat().st_mode & 0o777 == 0o600
    sentence = shell.refused(AlreadyRunningError, "start", "--embedded")
    assert "`msm-local --name test stop`" in sentence
    shell.refused(NotEmbeddedError, "reset")
    shell.refused(NotEmbeddedError, "psql", "--role", "superuser")
    query = ("psql", "--role", "owner", "-At", "-c", "SELECT current_user")
    assert shell(*query).stdout.startswith("somebody_s_")
    shell("stop")
    shell("start")
    assert shell.count_rows() == 1
    shell("stop")

    owned.allow('ALTER ROLE "somebody ""else"" é" NOCREATEROLE')
    assert "FAIL  server" in shell("doctor", code=1).stdout
    assert shell("start", code=5).stdout.startswith("ALTER ROLE")
    assert shell.status(code=3)["status"] == "stopped"
    assert shell("start", "--embedded", "--json").stdout.count('"data_folder"') == 2
    assert not memory.exists()
    shell("stop")
    assert shell.start()["persistence"] == "data_folder"


@pytest.mark.slow
def test_start_reports_a_slow_step(owned: Owned, tmp_path: Path) -> None:
    """Another process prepares the same database for a long time."""
    owned.allow(missing(owned))
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    with owned.administrator() as other:
        lock = "SELECT {}(hashtext('msm_local.bootstrap'))"
        other.execute(lock.format("pg_advisory_lock").encode())
        starting = shell.popen("start", "--database-url", owned.url)
        assert starting.stderr is not None
        line = starting.stderr.readline()
        assert line == "msm-local: Waiting: still preparing the catalog\n"
        other.execute(lock.format("pg_advisory_unlock").encode())
    try:
        assert starting.wait(60) == 0
    finally:
        starting.communicate()
        shell("destroy", "--force")


def missing(owned: Owned) -> str:
    with pytest.raises(AdministratorNeededError) as refusal:
        check_database(owned.url)
    return refusal.value.script


def test_a_foreign_schema_public_needs_an_administrator(owned: Owned) -> None:
    """As in every database of PostgreSQL 14, where the schema does not follow the database."""
    owned.allow(missing(owned))
    check_database(owned.url)
    owned.allow("ALTER SCHEMA public OWNER TO msm_superuser")
    assert missing(owned) == 'ALTER SCHEMA public OWNER TO "somebody ""else"" é";'
    owned.allow(missing(owned))
    check_database(owned.url)
    owned.allow("DROP SCHEMA public")
    with pytest.raises(DatabaseSetupError, match="schema public"):
        check_database(owned.url)


def test_roles_of_an_earlier_platform_need_an_administrator(owned: Owned) -> None:
    owned.allow(missing(owned))
    name = role_names(owned.name).owner
    owned.allow(f'CREATE ROLE "{name}"')
    assert missing(owned) == f'GRANT "{name}" TO "somebody ""else"" é" WITH ADMIN OPTION;'
    owned.allow(missing(owned))
    check_database(owned.url)


def test_an_unreachable_database_is_refused(owned: Owned) -> None:
    wrong = owned.url.replace(PASSWORD, "another")
    with pytest.raises(DatabaseSetupError, match="password authentication failed"):
        check_database(wrong)
    with pytest.raises(DatabaseSetupError, match="Connection refused"):
        check_database("postgresql://127.0.0.1:1/x")
    with pytest.raises(DatabaseSetupError, match="sslmode"):
        check_database("postgresql://127.0.0.1:1/x?sslmode=odd")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:/u:S3cret@127.0.0.1/db",
        "postgresql://u:S3c%ret@127.0.0.1/db",
        "postgresql://u:S3c@ret@127.0.0.1/db",
        "postgresql://u:S3c/ret@127.0.0.1/db",
        "postgresql://u:3/ret@127.0.0.1/db",
        "postgresql://u:S3c@[ret@127.0.0.1/db",
        "host=127.0.0.1 password=S3c ret",
    ],
)
def test_a_malformed_url_is_refused_without_its_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The golden test of this sentence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    result = CliRunner().invoke(main, ["start", "--database-url", url])
    assert result.exit_code == 1
    assert result.output.splitlines()[0] == (
        "Error: The URL of --database-url cannot be read; write postgresql://USER:PASSWORD@HOST:"
        "PORT/DATABASE, and percent-encode all characters of user and password that are not "
        "letters or digits (@ is %40, / is %2F, % is %25)."
    )
    with pytest.raises(DatabaseSetupError) as refusal:
        prepare_database(url, "")
    # All that a traceback of it would show.
    said = [result.output]
    error: BaseException | None = refusal.value
    while error is not None:
        said.append(str(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert not [part for part in ("S3c", "ret", "3/") if part in " ".join(said)]


def test_preparing_a_locked_database_ends_at_its_timeout(
    cluster: Cluster, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "LOCK_TIMEOUT", 1)
    with psycopg.connect(cluster.admin_url(database), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('msm_local.bootstrap'))")
        with pytest.raises(DatabaseSetupError, match="lock timeout"):
            prepare_database(cluster.platform_url(database), "")
