"""A revision that was edited after it was applied: what counts as an edit, and who finds it."""

import ast
import hashlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg import Connection

from migrations.run.fingerprints import fingerprint, is_as_applied
from msm_local.platform import LocalPlatform
from tests.conftest import ROOT, environment_of
from tests.support.forked import run_forked, run_sdk_cli
from tests.support.history import HEAD, NEXT, REVISIONS
from tests.support.migrating import (
    migrate,
    run_check_fresh,
    sentence_of,
    wait_for_lock_timeout,
    write_revision,
)
from tests.support.refusals import remedy_of_edit
from tests.support.tools import differences

# Many upgrades: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

VERSIONS = Path("migrations/versions/mainsequence_markets")
FILE = VERSIONS / "1003_create_the_pricing_tables.py"


def recorded_in(database: Connection) -> str | None:
    row = database.execute(
        "SELECT obj_description('ms_markets__alembic_version'::regclass, 'pg_class')"
    ).fetchone()
    database.rollback()
    assert row is not None
    comment: str | None = row[0]
    return comment


def expected(*files: Path) -> str:
    entries = [f"{file.name[:4]}={fingerprint(file)}" for file in files]
    return f"Applied revisions and their fingerprints: {', '.join(entries)}"


def test_an_edit_of_an_applied_revision_is_found(
    environment: Mapping[str, str], checkout: Path
) -> None:
    file = checkout / FILE
    before = fingerprint(file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("sa.Text()", "sa.String()", 1), encoding="utf-8")
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    assert result.value == 1
    assert json.loads(result.stdout)["differences"] == [
        {
            "kind": "edited",
            "subject": "revision 1003",
            "detail": f"it was applied with the fingerprint {before}, and {file} now has "
            f"{fingerprint(file)}",
            "command": remedy_of_edit("1002"),
            "sql": None,
        }
    ]


def test_comment_docstring_and_format_are_no_edit(
    environment: Mapping[str, str], checkout: Path
) -> None:
    file = checkout / FILE
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("Create Date", "Created")
        .replace("def upgrade() -> None:\n", 'def upgrade() -> None:\n    """Up."""\n    # Why.\n')
        .replace('"1003"', "'1003'"),
        encoding="utf-8",
        newline="\r\n",
    )
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "60", str(file)]
    subprocess.run(command, check=True)
    assert file.read_bytes() != text.encode()
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    assert (result.value, json.loads(result.stdout)["differences"]) == (0, [])


BEFORE = """import sqlalchemy as sa
from alembic import op
from typing import Union, Optional
import os

revision: Optional[str] = '1008'
down_revision: Union[str, None] = '1007'


def upgrade() -> None:
    '''Up.'''
    op.execute(f'SELECT ' + "1")


def downgrade():
    '''Nothing.'''
    pass
"""


def test_formatter_that_fixes_a_revision_is_no_edit(formatted_checkout: Path) -> None:
    file = formatted_checkout / VERSIONS / f"{NEXT}_fixed.py"
    file.write_text(BEFORE, encoding="utf-8")
    recorded = fingerprint(file)
    for verb in ("check", "format"):
        fix = ("--fix",) if verb == "check" else ()
        command = [sys.executable, "-m", "ruff", verb, "--quiet", *fix, str(file)]
        subprocess.run(command, cwd=formatted_checkout, check=False)
    text = file.read_text(encoding="utf-8")
    assert [word for word in ("import os", "sqlalchemy", "Union", "    pass") if word in text] == []
    assert fingerprint(file) == recorded


def test_import_from_elsewhere_is_an_edit(tmp_path: Path) -> None:
    file = tmp_path / "1008.py"
    file.write_text("from alembic import op\n\nop.execute('SELECT 1')\n", encoding="utf-8")
    recorded = fingerprint(file)
    file.write_text("from other import op\n\nop.execute('SELECT 1')\n", encoding="utf-8")
    assert not is_as_applied(file, recorded)


def test_fingerprint_of_an_earlier_version_is_understood(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    file = ROOT / FILE
    tree = ast.parse(file.read_text(encoding="utf-8"))
    del tree.body[0]
    earlier = hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]
    assert earlier != fingerprint(file)
    superuser.execute(
        "COMMENT ON TABLE ms_markets__alembic_version IS"
        f" 'Applied revisions and their fingerprints: 1003={earlier}'".encode()
    )
    assert differences(environment) == []


def test_edited_revision_without_a_copy_is_applied_again(
    environment: Mapping[str, str], checkout: Path
) -> None:
    file = write_revision(checkout, 'op.execute("SELECT 1")', 'op.execute("SELECT 1")')
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("SELECT 1", "SELECT 2"), encoding="utf-8")
    refused = migrate("upgrade", "head", environment=environment, folder=checkout)
    commands = re.findall(r"`([^`]*)`", sentence_of(refused))
    assert len(commands) == 2
    for command in commands:
        result = run_sdk_cli(*shlex.split(command)[1:], environment=environment, folder=checkout)
        assert result.exit_code == 0, result.stderr
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    assert result.value == 0, result.stdout


def test_the_database_records_only_what_it_ran(
    fresh_platform: LocalPlatform, empty_database: Connection, checkout: Path
) -> None:
    environment = environment_of(fresh_platform)
    files = sorted((ROOT / VERSIONS).glob("1*.py"))
    for arguments, number in [
        (("upgrade", "1002"), 2),
        (("upgrade", "head"), len(REVISIONS)),
        (("downgrade", "1001"), 1),
    ]:
        result = migrate(*arguments, environment=environment)
        assert result.exit_code == 0, result.stderr
        assert recorded_in(empty_database) == expected(*files[:number])
    edited = checkout / VERSIONS / files[0].name
    edited.write_text(edited.read_text(encoding="utf-8") + "\nX = 1\n", encoding="utf-8")
    # The next upgrade does not record an edit as applied: it does not run.
    assert migrate("upgrade", "1002", environment=environment, folder=checkout).exit_code == 4
    assert recorded_in(empty_database) == expected(*files[:1])
    assert migrate("downgrade", "base", environment=environment).exit_code == 0
    assert recorded_in(empty_database) is None


def test_retried_commit_records_what_it_commits(
    environment: Mapping[str, str],
    head_database: Connection,
    superuser: Connection,
    watcher: Connection,
    checkout: Path,
) -> None:
    superuser.execute("""
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN LOCK TABLE ms_markets__issuer; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON ms_markets__assettype
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()
    """)
    insert = "INSERT INTO ms_markets__assettype (asset_type, display_name) VALUES ('x', 'X')"
    file = write_revision(checkout, f'op.execute("{insert}")')
    patient = {**environment, "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.3"}
    with ThreadPoolExecutor() as threads:
        with superuser.transaction():
            superuser.execute("LOCK TABLE ms_markets__issuer")
            upgrade = threads.submit(
                migrate, "upgrade", "head", environment=patient, folder=checkout
            )
            wait_for_lock_timeout(watcher)
        result = upgrade.result()
    assert result.exit_code == 0, result.stderr
    # The COMMIT itself, which SQLAlchemy does not report as a statement.
    assert "`a statement` did not get its lock" in result.stderr
    assert recorded_in(head_database) == expected(*sorted((ROOT / VERSIONS).glob("1*.py")), file)


def test_a_migration_that_fails_records_nothing(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    before = recorded_in(head_database)
    bad = checkout / VERSIONS / f"{NEXT}_bad.py"
    bad.write_text(
        f'from alembic import op\n\nrevision = "{NEXT}"\ndown_revision = "{HEAD}"\n\n\n'
        'def upgrade() -> None:\n    op.execute("SELECT 1 / 0")\n',
        encoding="utf-8",
    )
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 1
    assert (
        recorded_in(head_database) == before == expected(*sorted((ROOT / VERSIONS).glob("1*.py")))
    )
