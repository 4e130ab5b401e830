"""Checks before any DDL: a database or a catalog that these revisions do not know is refused."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select, text

from msm.base import MarketsModel
from msm.errors.commands import reset_command
from msm.settings import NAMESPACE_VARIABLE

from ..errors import (
    DatabaseAheadError,
    LostTablesError,
    MissingExtensionError,
    NamespaceTakenError,
    PublishedCatalogError,
    PublishedHistoryError,
    SearchPathError,
    UnknownVersionError,
    UnversionedTablesError,
)
from ..history.files import Revisions
from ..history.published import (
    ADOPTED_HEADS,
    NEWEST_HEAD,
    NEWEST_RELEASES,
    PUBLISHED_HEAD,
    PUBLISHED_ID,
    PUBLISHED_REGISTRY,
    PUBLISHED_RELEASE,
)
from ..provider import PACKAGE, MarketsMigration

__all__ = [
    "is_at_head",
    "missing_models",
    "refuse_lost_tables",
    "refuse_published",
    "refuse_search_path",
    "refuse_taken",
    "refuse_taken_tables",
    "refuse_unknown_rows",
    "refuse_unversioned_tables",
    "unknown_version",
    "version_rows",
]

# Tables that a message names before it counts the rest: a whole schema would fill the terminal.
MAX_LISTED = 3

SEARCH_PATH = text("SELECT current_setting('search_path'), current_schemas(false), current_user")
# PostgreSQL's default, and other texts that mean the same.
DEFAULT_PATHS = frozenset({'"$user", public', '"$user",public', "public"})
PRESENT = text("""
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname = ANY(:names)
    ORDER BY relname
""")


def refuse_search_path(connection: Connection) -> None:
    """Make sure that unqualified names resolve to the schema public and no other.

    Raises:
        SearchPathError: the path is not PostgreSQL's default, or a schema has the name of the role.
    """
    # The setting alone is not enough: "$user" resolves to a schema once somebody creates it.
    path, schemas, role = connection.execute(SEARCH_PATH).one()
    if path in DEFAULT_PATHS and list(schemas) == ["public"]:
        return
    resolved = ", ".join(schemas) or "no schema"
    remedy = (
        f"rename or drop the schema {role}, which has the name of the owner role"
        if path in DEFAULT_PATHS and role in schemas
        else "set it to PostgreSQL's default with RESET search_path in ALTER DATABASE and ALTER "
        "ROLE, and keep the schema public"
    )
    raise SearchPathError(
        f"search_path is {path!r}, which resolves to {resolved}, but unqualified names have to "
        f"resolve to public alone, so nothing was changed; {remedy}, then run this again.",
        search_path=path,
    )


def version_rows(connection: Connection, provider: MarketsMigration) -> tuple[str, ...]:
    """The rows of the provider's version table, sorted; empty where there is no such table.

    Args:
        connection: as the owner role.
        provider: whose version table is read.
    """
    name, schema = provider.version_table, provider.version_table_schema
    if not inspect(connection).has_table(name, schema=schema):
        return ()
    table = Table(name, MetaData(), Column("version_num", String), schema=schema)
    return tuple(sorted(connection.scalars(select(table.c.version_num))))


def is_at_head(script: ScriptDirectory, rows: tuple[str, ...]) -> bool:
    """Whether these rows of the version table mean the end of every branch.

    Args:
        script: has every revision that the rows name.
        rows: of the version table.
    """
    # Not the rows themselves: Alembic has no row for a head that another one depends on.
    current = {revision.revision for revision in script.get_all_current(rows)}
    return current == set(script.get_heads())


def refuse_unknown_rows(
    rows: Sequence[str], revisions: Revisions, provider: MarketsMigration
) -> None:
    """Make sure that this code has the revisions that a provider's version table names.

    Raises:
        DatabaseAheadError: a later version of this code wrote them.
        PublishedHistoryError: the published ms-markets wrote them.
        MissingExtensionError: a project that extends this history wrote them.
    """
    unknown = [row for row in rows if row not in revisions.files]
    if unknown:
        raise unknown_version(unknown, revisions, provider)


def unknown_version(
    rows: Sequence[str], revisions: Revisions, provider: MarketsMigration
) -> UnknownVersionError:
    """The error that says which code wrote these rows, and what to do about them."""
    named = ", ".join(rows)
    # A project with its own history counts from 0001 too; there such an id is its own.
    published = [row for row in rows if PUBLISHED_ID.fullmatch(row) and provider.carries_msm]
    foreign = [row for row in rows if not provider.is_named(row)]
    if published:
        release, first = "the published ms-markets", ""
        if max(published) > NEWEST_HEAD:
            # Its last revision cannot be downgraded, so there is no way back to a known one.
            release = f"an ms-markets newer than {NEWEST_RELEASES[-1]}"
            first = "install a version of msm-migrations that takes it first, then "
        elif len(published) > 1:
            first = (
                f"migrate it to {NEWEST_HEAD} with ms-markets {NEWEST_RELEASES[-1]} first, then "
            )
        elif published[0] not in ADOPTED_HEADS:
            first = (
                f"migrate it to {PUBLISHED_HEAD} with ms-markets {PUBLISHED_RELEASE} first, then "
            )
        return PublishedHistoryError(
            f"The database is at {named} of {release}, whose tables have to be compared before "
            "this code can take them over",
            f"{first}run `python -m {PACKAGE}.adopt`",
            rows=rows,
        )
    if foreign:
        return MissingExtensionError(
            f"The database is at {named}, and {', '.join(foreign)} comes from a project that "
            f"extends this history and is not part of {provider.reference}",
            "install that project, and pass the provider of its migration package as --provider",
            rows=rows,
        )
    branch = provider.branch or ""
    # The unknown row is of the project's branch or of msm: the end of that one is what to go to.
    prefix = branch if rows[0].startswith(branch) else ""
    # As numbers: 10000 comes after 9999. The name of a branch may end in a digit itself.
    numbers = [
        int(name.removeprefix(prefix))
        for name in revisions.files
        if re.fullmatch(rf"{prefix}\d+", name)
    ]
    base = f"{prefix}@base" if prefix else "base"
    ours = f"{prefix}{max(numbers):04d}" if numbers else base
    origin = "msm-migrations" if provider.carries_msm and not prefix else provider.module
    return DatabaseAheadError(
        f"The database is ahead of this code: it is at {named} and this code ends at {ours}",
        f"run this with the version of {origin} that has {named}, or restore the file of "
        f"{named}, or downgrade the database with that version: "
        f"`{provider.command('downgrade', ours)}`{_or_reset()}",
        rows=rows,
    )


def refuse_unversioned_tables(connection: Connection, provider: MarketsMigration) -> None:
    """Make sure that a database without a version row has none of the provider's tables.

    Raises:
        UnversionedTablesError: it has some.
    """
    names = [model.__tablename__ for model in provider.metatable_models]
    present = list(connection.scalars(PRESENT, {"names": names}))
    if present:
        raise UnversionedTablesError(
            f"The database has {_listing(present)}, and {provider.version_table} does not say "
            "which revision made them",
            f"restore {provider.version_table} from the same backup as the others, or drop the "
            f"others if you do not need them, and run `{provider.upgrade_command}`{_or_reset()}",
            tables=present,
        )


def refuse_lost_tables(
    connection: Connection, rows: Sequence[str], provider: MarketsMigration
) -> None:
    """Make sure that a database at head has the tables that the catalog calls active.

    A model that is only reserved may be one whose revision has not been written yet.

    Args:
        connection: as the owner role.
        rows: the version rows, which are the heads.
        provider: whose models are bound to their catalog rows.

    Raises:
        LostTablesError: some are gone. An upgrade would find nothing to do, and a downgrade would
            fail halfway.
    """
    missing = missing_models(connection, provider, "active")
    if lost := sorted(model.__tablename__ for model in missing):
        raise LostTablesError(
            f"{_listing(lost)} {'are' if len(lost) > 1 else 'is'} gone from the database, though "
            f"it is at {', '.join(rows)}, and nothing was changed; `{provider.check_command}` "
            f"prints the SQL that creates what is gone{_or_reset()}.",
            tables=lost,
        )


def missing_models(
    connection: Connection, provider: MarketsMigration, status: str
) -> list[type[MarketsModel]]:
    """The models of a provider that have no table in the database.

    Args:
        connection: as the owner role.
        provider: whose models are bound to their catalog rows.
        status: of their catalog rows, ``active`` or ``reserved``.
    """
    models = {
        model.__tablename__: model
        for model in provider.metatable_models
        if (row := model.get_meta_table()) is not None and row.provisioning_status == status
    }
    present = set(connection.scalars(PRESENT, {"names": list(models)}))
    return [model for name, model in models.items() if name not in present]


def refuse_taken_tables(provider: MarketsMigration) -> None:
    """Make sure that the catalog's rows of the provider's tables belong to its namespace.

    Args:
        provider: the SDK's migration provider, whose models are bound to their catalog rows.

    Raises:
        NamespaceTakenError: some belong to another one.
    """
    for model in provider.metatable_models:
        row = model.get_meta_table()
        refuse_taken(provider.migration_namespace, [] if row is None else [row])


def refuse_taken(namespace: str, rows: Collection[Any]) -> None:
    """Make sure that resources of the catalog belong to a namespace.

    Raises:
        NamespaceTakenError: one belongs to another.
    """
    for row in rows:
        if row.namespace != namespace:
            raise NamespaceTakenError(
                f"{row.physical_table_name} of the namespace {namespace!r} belongs to "
                f"{row.namespace!r} in the platform's catalog, because both namespaces give the "
                f"same table names, and nothing was changed; set {NAMESPACE_VARIABLE} to "
                f"{row.namespace!r}, or to a name that differs from it in more than punctuation.",
                namespace=row.namespace,
                table=row.physical_table_name,
            )


def refuse_published(rows: Collection[Any]) -> None:
    """Make sure that the catalog has the version table under the identifier of this code.

    Args:
        rows: the catalog's resources of the version table.

    Raises:
        PublishedCatalogError: the published ms-markets entered it.
    """
    for row in rows:
        # The SDK compares the identifiers too, and ends with a traceback that names no remedy.
        if row.identifier == PUBLISHED_REGISTRY:
            raise PublishedCatalogError(
                f"{row.physical_table_name} is {PUBLISHED_REGISTRY!r} in the platform's catalog, "
                "as the published ms-markets names it, and nothing was changed; compare its tables "
                f"and take them over with `python -m {PACKAGE}.adopt`.",
                table=row.physical_table_name,
            )


def _or_reset() -> str:
    """The last remedy, on a local platform."""
    # Such as after an empty revision, which was applied, and deleted because review refuses it.
    reset = reset_command()
    return (
        f"; or, if you need no row of it, replace this local database: `{reset}`" if reset else ""
    )


def _listing(tables: Sequence[str]) -> str:
    shown = ", ".join(tables[:MAX_LISTED])
    more = len(tables) - MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
