"""Check the contract of a reservation, as the platform does before the first revision runs."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.contract.metatables.requests import ReservationRow, TableContract
from msm_local.errors import InvalidRequestError, NotFoundError
from msm_local.repositories import meta_tables
from msm_local.repositories.meta_table_rows import MetaTableRow

__all__ = ["check_contracts", "is_registry_of"]

VERSION = "relational-table.v1"
# Letters, digits and underscores: a table whose name needs quotes is refused.
TABLE_NAME = re.compile(r"(?!\d)\w+")
ON_DELETE = ("cascade", "no action", "restrict", "set null")


def check_contracts(connection: Connection[Any], rows: Sequence[ReservationRow]) -> None:
    """Refuse contracts that contradict themselves or the catalog.

    Raises:
        InvalidRequestError: a contract contradicts itself or its row.
        NotFoundError: the catalog has no such version table for this provider, or does not have
            the table that a foreign key names.
    """
    for row in rows:
        _check_table(row)
        _check_columns(row)
        _check_indexes(row)
        _check_foreign_keys(row)
    _check_targets(connection, rows)


def is_registry_of(row: MetaTableRow | None, package: str, namespace: str, key: str) -> bool:
    """Whether a row is the version table of this provider."""
    return (
        row is not None
        and row.deleted_at is None
        and row.alembic_version_meta_table_uid is None
        and (row.migration_package, row.migration_namespace, row.migration_provider_key)
        == (package, namespace, key)
    )


def _check_table(row: ReservationRow) -> None:
    contract = row.table_contract
    if TABLE_NAME.fullmatch(row.physical_table_name) is None:
        raise _refused(row, "its name is not made of letters, digits and underscores")
    if contract.version != VERSION:
        raise _refused(row, f"the contract has version {contract.version!r}, not {VERSION!r}")
    physical = contract.physical
    for name, stated, wanted in (
        ("schema", physical.schema_name, row.physical_schema),
        ("table_name", physical.table_name, row.physical_table_name),
    ):
        if stated is not None and stated != wanted:
            raise _refused(row, f"physical.{name} of the contract is {stated!r}, not {wanted!r}")


def _check_columns(row: ReservationRow) -> None:
    names = [column.name for column in row.table_contract.columns]
    if not names:
        raise _refused(row, "the contract has no columns")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(row, f"the contract has the column {twice[0]!r} twice")
    if row.time_index_name is None:
        return
    indexed = row.table_contract.authoring.time_indexed.index_names
    if indexed and indexed[0] != row.time_index_name:
        raise _refused(row, f"index_names do not start with {row.time_index_name!r}")
    _check_known(row, indexed or [row.time_index_name], "the time index")


def _check_indexes(row: ReservationRow) -> None:
    for index in row.table_contract.indexes:
        if not index.get("expression"):
            _check_known(row, index.get("columns") or [], f"the index {index.get('name')!r}")


def _check_foreign_keys(row: ReservationRow) -> None:
    for key in row.table_contract.foreign_keys:
        what = f"the foreign key {key.name!r}"
        _check_known(row, key.source_columns, what)
        if len(key.source_columns) != len(key.target_columns):
            raise _refused(row, f"{what} has a different number of columns on its two sides")
        if key.on_delete.lower().replace("_", " ") not in ON_DELETE:
            raise _refused(row, f"{what} has the unknown ON DELETE action {key.on_delete!r}")


def _check_known(row: ReservationRow, names: Sequence[str], what: str) -> None:
    known = {column.name for column in row.table_contract.columns}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise _refused(row, f"{what} names {', '.join(unknown)}, which is not a column")


def _check_targets(connection: Connection[Any], rows: Sequence[ReservationRow]) -> None:
    """Version tables and targets of foreign keys are rows of the catalog."""
    registries = {row.alembic_version_meta_table_uid for row in rows} - {None}
    targets = {uid for row in rows for uid in _targets(row.table_contract)}
    found = meta_tables.find_by_uids(connection, [uid for uid in registries | targets if uid])
    for row in rows:
        table = f"{row.physical_schema}.{row.physical_table_name}"
        uid = row.alembic_version_meta_table_uid
        provider = (row.migration_package, row.migration_namespace, row.migration_provider_key)
        if uid is not None and not is_registry_of(found.get(uid), *provider):
            raise NotFoundError(
                f"{table} names the version table {uid}, which the catalog does not have for the "
                f"provider {row.migration_provider_key!r}."
            )
        for target in _targets(row.table_contract):
            if target not in found or found[target].deleted_at is not None:
                raise NotFoundError(
                    f"A foreign key of {table} references the table {target}, which the catalog "
                    "does not have; reserve that table first."
                )


def _targets(contract: TableContract) -> list[UUID]:
    return [key.target_meta_table_uid for key in contract.foreign_keys]


def _refused(row: ReservationRow, what: str) -> InvalidRequestError:
    return InvalidRequestError(f"{row.physical_schema}.{row.physical_table_name}: {what}.")
