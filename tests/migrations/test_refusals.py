"""Every refusal of a migration has a row in a table for operators, in the words of the code."""

import ast
import re
from collections.abc import Iterator

import pytest

from migrations.errors import tree
from migrations.errors.tree import MigrationError
from tests.conftest import ROOT

SAID = {
    tree.AlembicRefusedError: "Alembic refuses",
    tree.ConnectionLostError: "cannot be reached, or ended the session",
    tree.CredentialExpiredError: "The migration credential expired before the migration began",
    tree.DatabaseAheadError: "The database is ahead of this code",
    tree.DuplicateRevisionError: " and in ",
    tree.LimitError: "a number",
    tree.LockHeldError: "Another migration holds the lock",
    tree.LockLostError: "was lost",
    tree.LostTablesError: " gone from the database, though it is at ",
    tree.MissingExtensionError: "comes from a project that extends this history",
    tree.MissingParentError: " follows ",
    tree.NamespaceTakenError: "in the platform's catalog",
    tree.PoolerError: "A transaction pooler stands before PostgreSQL",
    tree.PublishedHistoryError: "an ms-markets newer than 1.0.16",
    tree.RevisionCycleError: "follow each other in a circle",
    tree.RevisionRaisedError: ", raised at ",
    tree.SearchPathError: "search_path is ",
    tree.SeveralHeadsError: "are both heads of ",
    tree.StatementCancelledError: "was cancelled",
    tree.StatementFailedError: "PostgreSQL refuses ",
    tree.TableBusyError: "did not get its lock",
    tree.UnknownDependencyError: " depends on ",
    tree.UnreadableRevisionError: "does not say as literals which revision it is",
    tree.UnversionedTablesError: "does not say which revision made them",
}


def concrete(kind: type[MigrationError]) -> Iterator[type[MigrationError]]:
    """The classes of the tree below one that nothing of the tree derives from."""
    below = [sub for sub in kind.__subclasses__() if sub.__module__ == tree.__name__]
    for sub in below:
        yield from concrete(sub)
    if not below:
        yield kind


def strings() -> Iterator[str]:
    """Every literal text of the migration package, as far as no value interrupts it."""
    for path in (ROOT / "migrations").glob("*.py"):
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
