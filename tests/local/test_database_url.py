"""A PostgreSQL of one's own, of an older version, under names that need quoting everywhere."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from msm_local.placement import postgres_account
from msm_local.ports import free_port
from tests.conftest import PROVIDER, ROOT
from tests.local.shell import Shell
from tests.support.forked import run_forked, run_sdk_cli

BINARIES = Path("/usr/lib/postgresql/15/bin")
ROLE = 'o\'brien "the owner" é'
PASSWORD = "p@ss:/?#[]%20 'é\""  # noqa: S105 - of a server of this test alone
DATABASE = "my data/base %25 é?"
ADMINISTRATOR = "administrator"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARIES.is_dir(), reason=f"there is no PostgreSQL 15 in {BINARIES}"),
]


@pytest.fixture
def older_server() -> Iterator[int]:
    """The port of a PostgreSQL 15 with a password for everybody, its administrator's as ours."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    account = postgres_account()
    for path in (folder, folder / "password"):
        os.chown(path, account.uid, account.gid)
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    try:
        run_in(folder, "initdb", "--auth=scram-sha-256", "--username", ADMINISTRATOR,
               "--pwfile=password", "--encoding=UTF8", "--no-locale", "--no-sync")  # fmt: skip
        run_in(folder, "pg_ctl", "start", "--wait", "--log=log", "--options", options)
        yield port
        run_in(folder, "pg_ctl", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def run_in(folder: Path, program: str, *arguments: str) -> None:
    account = postgres_account()
    subprocess.run(
        [BINARIES / program, *arguments, "--pgdata=data"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        user=account.uid if account.switched else None,
        group=account.gid if account.switched else None,
        extra_groups=[] if account.switched else None,
    )


@pytest.fixture
def url(older_server: int) -> str:
    """A login that may make roles and owns one database, and is no superuser."""
    with psycopg.connect(
        host="127.0.0.1", port=older_server, user=ADMINISTRATOR, password=PASSWORD,
        dbname="postgres", autocommit=True,
    ) as administrator:  # fmt: skip
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        administrator.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(role, PASSWORD)
        )
        administrator.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    login = f"{quote(ROLE, safe='')}:{quote(PASSWORD, safe='')}"
    return f"postgresql://{login}@127.0.0.1:{older_server}/{quote(DATABASE, safe='')}"


def write_and_read() -> list[str]:
    from sqlalchemy import insert, select

    import msm
    from msm.models import AssetType

    runtime = msm.start_engine([AssetType])
    runtime.execute(insert(AssetType).values(asset_type="bond é", display_name="Bond"))
    return [row["asset_type"] for row in runtime.execute(select(AssetType.asset_type)).rows]


def test_an_older_server_takes_the_whole_main_job(url: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    shell = Shell(tmp_path)
    started = json.loads(shell("start", "--database-url", url, "--json").stdout)
    try:
        assert started["status"] == "healthy"
        assert started["postgresql"].startswith("15.")
        environment = json.loads(shell("env", "--json").stdout)
        for target in ("head", "base", "head"):
            verb = "downgrade" if target == "base" else "upgrade"
            told = run_sdk_cli(
                "migrations", verb, "--provider", PROVIDER, target, "--json",
                environment=environment, folder=ROOT,
            )  # fmt: skip
            assert told.exit_code == 0, told.stderr
        assert json.loads(told.stdout)["active_count"] == 62
        read = run_forked(write_and_read, environment=environment, folder=ROOT)
        assert read.exit_code == 0, read.stderr
        assert read.value == ["bond é"]
        # The embedded server was not even made, and the log does not show the password.
        assert not list(tmp_path.glob(".msm-local/**/PG_VERSION"))
        assert quote(PASSWORD, safe="") not in Path(started["log_path"]).read_text()
    finally:
        shell("stop")
