"""The user's own PostgreSQL, of an older version, with names that need quoting everywhere."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from pytest_postgresql.janitor import DatabaseJanitor

from msm_local.platform import LocalPlatform
from msm_local.postgres.paths import postgres_account
from msm_local.system.ports import free_port
from tests.conftest import PROVIDER, ROOT
from tests.local.conftest import Client
from tests.local.shell import Shell
from tests.support.forked import run_forked, run_sdk_cli
from tests.support.history import RESOURCES
from tests.support.waiting import soon

OLDEST = 14
PROGRAMS = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
INSTALLED = sorted(place for place in PROGRAMS if int(place.parent.name) >= OLDEST)
ROLE = 'o\'brien "the owner" é'
PASSWORD = "p@ss:/?#[]%20 'é\""  # noqa: S105 - of a server of this test alone
DATABASE = "my data/base %25 é?"
ADMINISTRATOR = "administrator"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not INSTALLED, reason="there is no PostgreSQL in /usr/lib/postgresql"),
]


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL with passwords for all roles.

    Attributes:
        version: its major version.
        port: where it listens.
    """

    version: str
    port: int

    def administrator(self, database: str = "postgres") -> psycopg.Connection[Any]:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=ADMINISTRATOR, password=PASSWORD,
            dbname=database, autocommit=True,
        )  # fmt: skip


@pytest.fixture(params=INSTALLED, ids=lambda place: place.parent.name)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    programs: Path = request.param
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    account = postgres_account()
    for path in (folder, folder / "password"):
        os.chown(path, account.uid, account.gid)
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    try:
        run_in(folder, programs / "initdb", "--auth=scram-sha-256", "--username", ADMINISTRATOR,
               "--pwfile=password", "--encoding=UTF8", "--no-locale", "--no-sync")  # fmt: skip
        run_in(folder, programs / "pg_ctl", "start", "--wait", "--log=log", "--options", options)
        yield Server(programs.parent.name, port)
        run_in(folder, programs / "pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def run_in(folder: Path, program: Path, *arguments: str) -> None:
    account = postgres_account()
    subprocess.run(
        [program, *arguments, "--pgdata=data"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        user=account.uid if account.switched else None,
        group=account.gid if account.switched else None,
        extra_groups=[] if account.switched else None,
    )


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """A login that may create roles, owns one database, and is not a superuser."""
    janitor = DatabaseJanitor(
        user=ADMINISTRATOR, password=PASSWORD, host="127.0.0.1", port=server.port, dbname=DATABASE
    )
    with janitor:
        with server.administrator(DATABASE) as administrator:
            role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            administrator.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(role, PASSWORD)
            )
            administrator.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
            # The default from PostgreSQL 15 on.
            administrator.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        login = f"{quote(ROLE, safe='')}:{quote(PASSWORD, safe='')}"
        yield f"postgresql://{login}@127.0.0.1:{server.port}/{quote(DATABASE, safe='')}"


def write_and_read() -> list[str]:
    from sqlalchemy import insert, select

    import msm
    from msm.models import AssetType

    runtime = msm.start_engine([AssetType])
    runtime.execute(insert(AssetType).values(asset_type="bond é", display_name="Bond"))
    return list(runtime.scalars(select(AssetType.asset_type)))


def test_an_older_server_supports_the_whole_main_job(
    server: Server, url: str, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    started = json.loads(shell("start", "--database-url", url, "--json").stdout)
    try:
        assert started["status"] == "healthy"
        assert started["postgresql"].startswith(f"{server.version}.")
        environment = json.loads(shell("env", "--json").stdout)
        for target in ("head", "base", "head"):
            verb = "downgrade" if target == "base" else "upgrade"
            finished = run_sdk_cli(
                "migrations", verb, "--provider", PROVIDER, target, "--json",
                environment=environment, folder=ROOT,
            )  # fmt: skip
            assert finished.exit_code == 0, finished.stderr
        assert json.loads(finished.stdout)["active_count"] == RESOURCES
        read = run_forked(write_and_read, environment=environment, folder=ROOT)
        assert read.exit_code == 0, read.stderr
        assert read.value == ["bond é"]
        # The embedded server was not created, and the password is not in the log.
        assert not list(tmp_path.glob(".msm-local/**/PG_VERSION"))
        assert quote(PASSWORD, safe="") not in Path(started["log_path"]).read_text()
    finally:
        shell("stop")


def test_a_credential_expires_on_an_older_server(server: Server, url: str) -> None:
    """Before PostgreSQL 16, GRANT did not say what a member may do."""
    with LocalPlatform(url) as platform, server.administrator(DATABASE) as administrator:
        client = Client(platform, url, "")
        with closing(client.http):
            [uid] = client.reserve("expiring")
            issued = client.credential(uid, ttl_seconds=60)
            with psycopg.connect(issued["uri"], autocommit=True) as session:
                session.execute("CREATE TABLE expiring (uid uuid)")
                # PostgreSQL does not drop a role that has a privilege.
                session.execute(f"GRANT SELECT ON expiring TO {issued['role_name']}".encode())
                administrator.execute(
                    "UPDATE msm_local.migration_credentials SET expires_at = now()"
                )
                # A new credential wakes the platform's reaper.
                client.credential(uid)
                query = "SELECT FROM pg_roles WHERE rolname = %s"
                assert soon(
                    lambda: administrator.execute(query, [issued["role_name"]]).fetchone() is None
                )
                with pytest.raises(psycopg.OperationalError):
                    session.execute("SELECT 1")
