"""What is refused before any DDL: a database or a catalog that these revisions do not know."""

import re
from collections.abc import Sequence

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from .errors import (
    NamespaceTakenError,
    SearchPathError,
    UnknownRevisionError,
    UnversionedTablesError,
)
from .provider import MarketsMigration
from .revisions import Revisions

__all__ = [
    "refuse_search_path",
    "refuse_taken_tables",
    "refuse_unknown_revisions",
    "refuse_unknown_state",
]

# These stand in the same version table; ours start at 1001.
MS_MARKETS = frozenset(f"{number:04d}" for number in range(1, 18))
LISTED = 3
# The revisions of a downstream project are named for its branch: acme0001.
OF_BRANCH = re.compile(r"(.*[^0-9])[0-9]{4,}")

SEARCH_PATH = text("SELECT current_setting('search_path'), current_schemas(false)")
ORDINARY_PATHS = frozenset({'"$user", public', '"$user",public', "public"})
PRESENT = text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY(:names)
    ORDER BY relname
""")


def refuse_search_path(connection: Connection) -> None:
    """Make sure that unqualified names mean the schema public, and no other.

    Raises:
        SearchPathError: the path is not PostgreSQL's default, or the role has a schema of its name.
    """
    path, schemas = connection.execute(SEARCH_PATH).one()
    if path in ORDINARY_PATHS and list(schemas) == ["public"]:
        return
    meant = ", ".join(schemas) or "no schema"
    raise SearchPathError(
        f"search_path is {path!r}, so that unqualified names mean {meant} instead of public alone, "
        "and nothing was changed; reset it (ALTER DATABASE ... RESET search_path), rename a schema "
        "that is named like the owner role, and run this again.",
        search_path=path,
    )


def refuse_unknown_revisions(
    connection: Connection, provider: MarketsMigration, revisions: Revisions
) -> Sequence[str]:
    """Make sure that this code has every revision that the version table holds.

    Args:
        connection: as the owner role.
        provider: whose version table is read.
        revisions: what this code can run.

    Returns:
        The rows of the version table.

    Raises:
        UnknownRevisionError: the version table holds revisions that this code does not.
    """
    options = {
        "version_table": provider.version_table,
        "version_table_schema": provider.version_table_schema,
    }
    rows = MigrationContext.configure(connection, opts=options).get_current_heads()
    table = f"{provider.version_table_schema or 'public'}.{provider.version_table}"
    unknown = sorted(set(rows) - set(revisions.ids))
    if unknown:
        raise UnknownRevisionError(_unknown(table, unknown, revisions, provider), rows=unknown)
    return rows


def refuse_unknown_state(
    connection: Connection, provider: MarketsMigration, revisions: Revisions
) -> None:
    """Make sure that the version table tells where the database stands, in terms of this code.

    Args:
        connection: as the owner role.
        provider: whose tables and version table are looked at.
        revisions: what this code can run.

    Raises:
        UnknownRevisionError: the version table holds revisions that this code does not.
        UnversionedTablesError: tables of the provider exist and the version table is empty.
    """
    if not refuse_unknown_revisions(connection, provider, revisions):
        table = f"{provider.version_table_schema or 'public'}.{provider.version_table}"
        names = [model.__tablename__ for model in provider.metatable_models]
        present = list(connection.scalars(PRESENT, {"names": names}))
        if present:
            raise UnversionedTablesError(
                f"{_listing(present)} exist, and {table} does not say which revision made them, so "
                "nothing was changed; restore that table from the backup that they came from, or "
                f"drop them if nothing in them is needed, and run `{provider.upgrade_command}`.",
                tables=present,
            )


def _unknown(
    table: str, unknown: Sequence[str], revisions: Revisions, provider: MarketsMigration
) -> str:
    rows = ", ".join(unknown)
    ours = ", ".join(revisions.heads) or "no revision"
    if set(unknown) <= MS_MARKETS:
        return (
            f"{table} holds {rows} of the published ms-markets, whose history this code does not "
            "continue, and nothing was changed; migrate that database from an environment with "
            "ms-markets 1.0.16, and give msm another database, or tables of its own with "
            f"MSM_AUTO_REGISTER_NAMESPACE=acme.research before `{provider.upgrade_command}`."
        )
    branches = {match[1] for revision in unknown if (match := OF_BRANCH.fullmatch(revision))}
    if branches:
        (branch, *_) = sorted(branches)
        return (
            f"{table} holds {rows}, of the branch {branch} that another project has in this "
            f"history, and nothing was changed; install that project's migrations, and run this "
            f"with its --provider, or take its tables out with `mainsequence migrations downgrade "
            f"--provider {branch}_migrations:migration {branch}@base`, where {branch}_migrations "
            "is its migration package."
        )
    return (
        f"The database is ahead of this code: {table} holds {rows}, this code ends at {ours}, and "
        "nothing was changed; run this from the version of msm-migrations, or of the project that "
        f"extends it, that has {rows}, or, there, take the database back with "
        f"`mainsequence migrations downgrade --provider {provider.reference} {ours}`."
    )


def refuse_taken_tables(provider: MarketsMigration) -> None:
    """Make sure that the catalog's rows of the provider's tables belong to its namespace.

    Args:
        provider: the SDK's migration provider, whose models are bound to their catalog rows.

    Raises:
        NamespaceTakenError: some belong to another one.
    """
    taken: dict[str, list[str]] = {}
    for model in provider.metatable_models:
        row = model.get_meta_table()
        if row is not None and row.namespace != provider.migration_namespace:
            taken.setdefault(str(row.namespace), []).append(model.__tablename__)
    for owner, tables in taken.items():
        raise namespace_taken(provider.migration_namespace, owner, tables)


def namespace_taken(namespace: str, owner: str, tables: Sequence[str]) -> NamespaceTakenError:
    """The error that says that ``tables`` of ``namespace`` are another one's."""
    return NamespaceTakenError(
        f"{_listing(tables)} of the namespace {namespace!r} belong to {owner!r} in the platform's "
        "catalog, because both make the same table names, and nothing was changed; set "
        f"MSM_AUTO_REGISTER_NAMESPACE to {owner!r}, or to a name that differs from it in more than "
        "punctuation.",
        namespace=owner,
        tables=tables,
    )


def _listing(tables: Sequence[str]) -> str:
    shown = ", ".join(tables[:LISTED])
    more = len(tables) - LISTED
    return f"{shown} and {more} more" if more > 0 else shown
