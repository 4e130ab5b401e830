"""Every refusal of a migration has a row in a table for operators, in the words of the code."""

import ast
import re
from collections.abc import Iterator

import pytest

from migrations import errors
from migrations.errors import DownstreamError, MigrationError
from tests.conftest import ROOT

SAID = {
    errors.AlembicRefusedError: "Alembic refuses",
    errors.ConnectionLostError: "cannot be reached, or ended the session",
    errors.CredentialExpiredError: "The migration credential expired before the migration began",
    errors.DatabaseAheadError: "The database is ahead of this code",
    errors.DuplicateRevisionError: " and in ",
    errors.LimitError: "a number",
    errors.LockHeldError: "Another migration holds the lock",
    errors.LockLostError: "was lost",
    errors.LostTablesError: " gone from the database, though it is at ",
    errors.MissingExtensionError: "comes from a project that extends this history",
    errors.MissingParentError: " follows ",
    errors.NamespaceTakenError: "in the platform's catalog",
    errors.PoolerError: "A transaction pooler stands before PostgreSQL",
    errors.PublishedHistoryError: "an ms-markets newer than ",
    errors.RevisionCycleError: "follow each other in a circle",
    errors.RevisionRaisedError: ", raised at ",
    errors.SearchPathError: "search_path is ",
    errors.SeveralHeadsError: "are both heads of ",
    errors.StatementCancelledError: "was cancelled",
    errors.StatementFailedError: "PostgreSQL refuses ",
    errors.TableBusyError: "did not get its lock",
    errors.UnknownDependencyError: " depends on ",
    errors.UnreadableRevisionError: "does not say as literals which revision it is",
    errors.UnversionedTablesError: "does not say which revision made them",
}


def concrete(kind: type[MigrationError]) -> Iterator[type[MigrationError]]:
    """The classes of the tree below one that nothing of the tree derives from."""
    below = [
        sub
        for sub in kind.__subclasses__()
        if sub.__name__ in errors.__all__ and sub is not DownstreamError
    ]
    for sub in below:
        yield from concrete(sub)
    if not below:
        yield kind


def strings() -> Iterator[str]:
    """Every literal text of the migration package, as far as no value interrupts it."""
    for path in (ROOT / "migrations").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_error_of_a_migration_has_its_words_here() -> None:
    assert set(SAID) == set(concrete(MigrationError))


@pytest.mark.parametrize("said", SAID.values(), ids=[kind.__name__ for kind in SAID])
def test_a_refusal_is_in_a_table_of_the_page_for_operators(said: str) -> None:
    assert any(said in text for text in strings())
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    tables = page.partition("## When you are refused")[2]
    cells = re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE)
    assert any(said.strip() in cell for cell in cells)
