"""What the SDK's ``migrations revision`` writes for an author."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path

from psycopg import Connection

from tests.conftest import PROVIDER
from tests.support.forked import run_forked
from tests.support.history import HEAD, NEXT
from tests.support.migrating import migrate, run_cli_fresh

REVISE = ("revision", "-m", 'Add the "note" of an asset.', "--rev-id", NEXT)


def new_file(checkout: Path) -> Path:
    (file,) = checkout.glob(f"migrations/versions/mainsequence_markets/{NEXT}_*.py")
    return file


def is_formatted(file: Path) -> bool:
    checked = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "--diff", str(file)],
        cwd=file.parents[3],
        check=False,
    )
    return checked.returncode == 0


def test_a_generated_revision_comes_out_formatted(
    environment: Mapping[str, str], superuser: Connection, formatted_checkout: Path
) -> None:
    superuser.execute("DROP TABLE ms_markets__tradests")
    result = migrate(*REVISE, environment=environment, folder=formatted_checkout)
    assert result.exit_code == 0, result.stderr
    file = new_file(formatted_checkout)
    assert is_formatted(file)
    text = file.read_text(encoding="utf-8")
    title = f'"""Add the "note" of an asset.\n\nRevision ID: {NEXT}\nRevises: {HEAD}\n'
    assert text.startswith(title)
    assert f'down_revision: str | None = "{HEAD}"\n' in text
    assert text.count("op.create_table(") == 1


def test_empty_revision_is_formatted_and_lists_the_rules(
    environment: Mapping[str, str], formatted_checkout: Path
) -> None:
    result = migrate(
        *REVISE, "--no-autogenerate", environment=environment, folder=formatted_checkout
    )
    assert result.exit_code == 0, result.stderr
    file = new_file(formatted_checkout)
    assert is_formatted(file)
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    rules = " ".join(docstring.split())
    for rule in (
        'no import of msm packages, no query of the live database, no schema="public"',
        "The previous release must still work after this revision",
        "The title says what changes",
        "downgrade() undoes all of it",
        "Autogenerate does not see CHECKs of existing tables: write those by hand",
        "Put an autocommit_block alone in its revision",
        'acknowledged = {"rule-name": "reason"} at module level',
    ):
        assert rule in rules


def test_without_the_formatter_the_file_is_unchanged(
    environment: Mapping[str, str], superuser: Connection, formatted_checkout: Path
) -> None:
    superuser.execute("DROP TABLE ms_markets__tradests")
    result = run_forked(revise_without_ruff, environment=environment, folder=formatted_checkout)
    assert result.exit_code == 0, result.stderr
    file = new_file(formatted_checkout)
    assert "op.create_table('ms_markets__tradests'" in file.read_text(encoding="utf-8")


def revise_without_ruff() -> None:
    find_spec = importlib.util.find_spec

    def find_all_but_ruff(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "ruff" else find_spec(name, package)

    importlib.util.find_spec = find_all_but_ruff
    run_cli_fresh(("migrations", REVISE[0], "--provider", PROVIDER, *REVISE[1:]))
