"""Reservations: a migration registers its tables before it creates them."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from msm_local.contract.filters import ResourceKind
from msm_local.contract.requests import ReservationRow
from msm_local.errors import (
    ForeignDataSourceError,
    IdentifierTakenError,
    InvalidRequestError,
    ProviderConflictError,
    TableKindConflictError,
)
from msm_local.repositories import meta_tables
from msm_local.repositories.meta_table_rows import MetaTableRow, NewMetaTable
from msm_local.repositories.settings import Settings
from msm_local.services.meta_tables import require

__all__ = ["reserve"]

SCHEMA = "public"


def reserve(
    connection: Connection[Any],
    settings: Settings,
    resource: ResourceKind | None,
    rows: Sequence[ReservationRow],
) -> list[MetaTableRow]:
    """Reserve all tables or none, and return their rows in the order of the request.

    A table that the same provider already has is returned unchanged; a deleted one returns under
    its old uid. Without a resource, each row says itself whether its table is time-indexed.

    Raises:
        ForeignDataSourceError: a row names a data source that is not ours.
        ProviderConflictError: a table belongs to another provider.
        IdentifierTakenError: another table has the identifier.
        TableKindConflictError: a table exists as the other kind.
        NotFoundError: the catalog does not have the version table.
        InvalidRequestError: a row contradicts itself, or two rows name one table.
    """
    registries = [row.alembic_version_meta_table_uid for row in rows]
    require(connection, [uid for uid in registries if uid is not None])
    tables = [_new_table(settings, resource, row) for row in rows]
    names = [(table.physical_schema, table.physical_table_name) for table in tables]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidRequestError(f"The table {'.'.join(twice)} is in the request twice.")
    # From here on no other reservation changes what this one reads.
    meta_tables.lock_reservations(connection)
    existing = meta_tables.find_by_names(connection, names, lock=True)
    identifiers = [table.identifier for table in tables if table.identifier is not None]
    holders = meta_tables.find_by_identifier(connection, identifiers)
    reserved: list[MetaTableRow] = []
    for table, name in zip(tables, names, strict=True):
        row = _reserve_one(connection, table, existing.get(name), holders)
        if row.identifier is not None:
            holders[row.identifier] = row
        reserved.append(row)
    return reserved


def _reserve_one(
    connection: Connection[Any],
    table: NewMetaTable,
    row: MetaTableRow | None,
    holders: dict[str, MetaTableRow],
) -> MetaTableRow:
    if row is not None and row.deleted_at is None:
        _check_same(table, row)
        return row
    holder = holders.get(table.identifier or "")
    if holder is not None:
        raise IdentifierTakenError(
            f"The identifier {holder.identifier!r} belongs to {holder.qualified_name}; "
            "choose another.",
            identifier=str(holder.identifier),
        )
    if row is None:
        return meta_tables.insert(connection, table)
    return meta_tables.revive(connection, row.uid, table)


def _check_same(table: NewMetaTable, row: MetaTableRow) -> None:
    if row.migration_provider_key != table.migration_provider_key:
        raise ProviderConflictError(
            f"The table {row.qualified_name} belongs to the provider "
            f"{row.migration_provider_key!r}, and {table.migration_provider_key!r} requested it; "
            "choose another table name or namespace.",
            table=row.qualified_name,
            owner=row.migration_provider_key,
            asked=table.migration_provider_key,
        )
    if row.table_kind != table.table_kind:
        raise TableKindConflictError(
            f"The table {row.qualified_name} is {row.table_kind} in the catalog, and was requested "
            f"as {table.table_kind}; drop it first, or choose another name.",
            table=row.qualified_name,
        )


def _new_table(
    settings: Settings, resource: ResourceKind | None, row: ReservationRow
) -> NewMetaTable:
    table = f"{row.physical_schema}.{row.physical_table_name}"
    if row.data_source_uid != settings.data_source_uid:
        raise ForeignDataSourceError(
            f"{table} names the data source {row.data_source_uid}; this platform has only "
            f"{settings.data_source_uid}.",
            data_source_uid=str(row.data_source_uid),
        )
    if row.physical_schema != SCHEMA:
        raise InvalidRequestError(
            f"{table} is outside schema {SCHEMA}, the only schema of this platform."
        )
    indexed = row.time_index_name is not None
    if resource is not None and indexed != (resource == "time-index-meta-tables"):
        raise InvalidRequestError(
            f"{table} does not fit {resource}: time-index-meta-tables have a time_index_name, and "
            "meta-tables have none."
        )
    authored = row.table_contract.authoring.time_indexed
    key = row.migration_provider_key or f"{row.migration_package}:{row.migration_namespace}"
    return NewMetaTable(
        data_source_uid=row.data_source_uid,
        identifier=row.identifier,
        namespace=row.namespace,
        description=row.description,
        labels=row.labels,
        protect_from_deletion=row.protect_from_deletion,
        migration_package=row.migration_package,
        migration_namespace=row.migration_namespace,
        migration_provider_key=key,
        alembic_version_meta_table_uid=row.alembic_version_meta_table_uid,
        alembic_revision=row.alembic_revision,
        physical_schema=row.physical_schema,
        physical_table_name=row.physical_table_name,
        table_kind="time_indexed" if row.time_index_name else "relational",
        time_index_name=row.time_index_name,
        index_names=authored.index_names or ([row.time_index_name] if row.time_index_name else []),
        cadence=row.cadence,
        partition_strategy=row.partition_strategy,
        storage_layout=authored.storage_layout,
        table_contract=row.table_contract.model_dump(mode="json", exclude_unset=True),
    )
