"""How far the tables of each namespace are migrated, and which revisions are to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg import Connection

from msm_local.errors import UnreadableRevisionError
from msm_local.repositories.contents.overview import Catalog, find_version_tables
from msm_local.repositories.physical import read_tables, read_versions
from msm_local.status.histories import History, find_history
from msm_local.status.overview import VERSION_COLUMN
from msm_local.status.providers import Provider
from msm_local.status.revisions import find_versions, revision_files

__all__ = ["Line", "read_history", "read_lines"]


@dataclass(frozen=True, slots=True)
class Line:
    """One version table, with the history that it is of.

    Attributes:
        table: the version table.
        namespace: the migration namespace.
        current: what the table contains; empty before the first revision.
        provider: whose history it is; empty if no provider of the project has it.
        history: the history; None if no provider has it.
        problem: why the history cannot be read; otherwise empty.
    """

    table: str
    namespace: str
    current: tuple[str, ...]
    provider: str = ""
    history: History | None = None
    problem: str = ""

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its history."""
        return self.history.heads if self.history else ()

    @property
    def applied(self) -> frozenset[str]:
        """The current revisions, and all that they build on."""
        below = {
            item.id: {*item.parents, *item.depends_on}
            for item in (self.history.revisions if self.history else ())
        }
        found: set[str] = set()
        waiting = list(self.current)
        while waiting:
            revision = waiting.pop()
            if revision not in found:
                found.add(revision)
                waiting += below.get(revision, ())
        return frozenset(found)

    @property
    def to_come(self) -> tuple[str, ...]:
        """The revisions that are not applied, sorted."""
        known = self.history.known if self.history else ()
        return tuple(sorted(set(known) - self.applied))


def read_lines(
    connection: Connection[Any], catalog: Catalog, root: Path, providers: Sequence[Provider]
) -> list[Line]:
    """A line for each version table of the database."""
    tables = find_version_tables(connection, catalog)
    existing = read_tables(connection, [(table.schema, table.name) for table in tables])
    found = []
    for table in tables:
        current: tuple[str, ...] = ()
        if (table.schema, table.name) in existing:
            current = tuple(read_versions(connection, table.schema, table.name, VERSION_COLUMN))
        found.append(_line(table.name, table.namespace, current, root, providers))
    return found


def _line(
    table: str,
    namespace: str,
    current: tuple[str, ...],
    root: Path,
    providers: Sequence[Provider],
) -> Line:
    last = Line(table, namespace, current)
    # The last one first: a project that extends msm comes after msm, and has its revisions too.
    for provider in reversed(providers):
        try:
            history = read_history(root, provider.reference, namespace)
        except UnreadableRevisionError as error:
            return Line(table, namespace, current, provider.reference, None, str(error))
        if history is None or not history.revisions:
            continue
        matched = Line(table, namespace, current, provider.reference, history)
        if set(current) & set(history.known):
            return matched
        last = matched if not current else last
    return last


def read_history(root: Path, provider: str, namespace: str | None = None) -> History | None:
    """The history of a provider; it is parsed again only if its files changed.

    Raises:
        UnreadableRevisionError: a file is not Python, or its ids are not literals; names the file.
    """
    folder = find_versions(root, provider)
    if folder is None:
        return None
    stamps = tuple(
        (str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in revision_files(folder)
    )
    return _parsed(root, provider, namespace, stamps)


@lru_cache(maxsize=32)
def _parsed(
    root: Path,
    provider: str,
    namespace: str | None,
    _stamps: tuple[tuple[str, int, int], ...],
) -> History | None:
    return find_history(root, provider, namespace)
