"""Compares the platform's catalog with the database."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, inspect
from sqlalchemy.engine.interfaces import ReflectedColumn

from msm.contract import type_tokens, without_zone
from msm.platform import quiet_sdk, refusals_of
from msm.sdk import MetaTable, TimeIndexMetaTable

from ..history.published import IGNORED_TABLES
from ..inspection.catalog import every_resource
from ..inspection.database import Registry
from ..provider import SCHEMA, MarketsMigration
from .authoring import by_hand_command
from .differences import CatalogKind, Difference

__all__ = ["compare_catalog"]

type TableName = tuple[str, str]
type Columns = Mapping[TableName, Sequence[ReflectedColumn]]


def compare_catalog(connection: Connection, registry: Registry) -> list[Difference]:
    """Every difference between the catalog's resources and the database.

    Raises:
        PlatformRefusedError: the platform answered with an error.
    """
    provider = registry.provider
    models = {
        (model.__table__.schema or SCHEMA, model.__tablename__)
        for model in provider.metatable_models
    }
    version_table = (SCHEMA, provider.version_table)
    with quiet_sdk(), refusals_of("a lookup of the catalog"):
        rows = _provider_rows(registry)
        absent = models - {_name(row) for row in rows}
        # A table may have a resource that belongs to another provider.
        rows += _rows_by_name(registry, absent)
    columns = _read_columns(connection, {_name(row) for row in rows} | models)
    # A table that is in neither is a difference between models and database, reported there.
    unlisted = sorted((models & columns.keys()) - {_name(row) for row in rows})
    detail = "it exists, and the catalog does not have it"
    upgrade = provider.upgrade_command
    found = [Difference("uncatalogued", table, detail, upgrade) for _, table in unlisted]
    for row in sorted(rows, key=_name):
        if row.physical_table_name in IGNORED_TABLES:
            continue
        found += _judge(provider, row, columns, is_ours=_name(row) in models | {version_table})
    return found


def _provider_rows(registry: Registry) -> list[MetaTable]:
    provider, key = registry.provider, registry.provider.migration_provider_key
    here = {"data_source__uid__in": [registry.data_source_uid]}
    # The API for time-indexed resources filters by namespace, not by provider.
    relational = every_resource(MetaTable, migration_provider_key=key, **here)
    indexed = every_resource(TimeIndexMetaTable, namespace=provider.migration_namespace, **here)
    rows = [*relational, *(row for row in indexed if row.migration_provider_key == key)]
    return list({row.uid: row for row in rows}.values())


def _rows_by_name(registry: Registry, names: Iterable[TableName]) -> list[MetaTable]:
    wanted = sorted(names)
    if not wanted:
        return []
    rows = [
        row
        for resource in (MetaTable, TimeIndexMetaTable)
        for row in every_resource(
            resource,
            data_source__uid__in=[registry.data_source_uid],
            physical_schema__in=sorted({schema for schema, _ in wanted}),
            physical_table_name__in=[table for _, table in wanted],
        )
    ]
    return list({row.uid: row for row in rows if _name(row) in wanted}.values())


def _read_columns(connection: Connection, names: Iterable[TableName]) -> Columns:
    inspector = inspect(connection)
    found: dict[TableName, Sequence[ReflectedColumn]] = {}
    by_schema: dict[str, list[str]] = {}
    for schema, table in names:
        by_schema.setdefault(schema, []).append(table)
    for schema, tables in by_schema.items():
        for name, columns in inspector.get_multi_columns(schema, filter_names=tables).items():
            found[schema, name[1]] = columns
    return found


def _name(row: MetaTable) -> TableName:
    return row.physical_schema or SCHEMA, row.physical_table_name


def _judge(
    provider: MarketsMigration, row: MetaTable, columns: Columns, *, is_ours: bool
) -> list[Difference]:
    upgrade = provider.upgrade_command

    def difference(kind: CatalogKind, detail: str, command: str = upgrade) -> list[Difference]:
        return [Difference(kind, row.physical_table_name, detail, command)]

    exists = _name(row) in columns
    if not is_ours and exists:
        detail = (
            "it exists and is in the catalog, but no model describes it any more; autogenerate "
            f'does not see it: write op.drop_table("{row.physical_table_name}") into a revision'
        )
        title = f"Drop {row.physical_table_name}"
        return difference("unowned", detail, by_hand_command(provider, title))
    if not is_ours:
        detail = "the catalog has it, but there is no table and no model"
        command = provider.forget_command(row.uid, row.physical_table_name)
        return difference("dropped_table", detail, command)
    if row.provisioning_status != "active":
        table = "exists" if exists else "does not exist"
        detail = f"the catalog has it {row.provisioning_status}, not active; its table {table}"
        return difference("reserved", detail)
    if not exists:
        detail = "the catalog has it active, but its table is gone; create that again first"
        return difference("dropped_table", detail)
    faults = _column_faults(row, columns[_name(row)])
    return difference("stale_columns", "; ".join(faults)) if faults else []


def _column_faults(row: MetaTable, columns: Sequence[ReflectedColumn]) -> list[str]:
    listed = {column.name: column for column in row.columns}
    stored = {column["name"]: column for column in columns}
    faults = [f"the catalog has no column {name}" for name in stored if name not in listed]
    faults += [f"the catalog has an extra column {name}" for name in listed if name not in stored]
    for name in stored.keys() & listed.keys():
        tokens = type_tokens(stored[name]["type"])
        if tokens and without_zone(listed[name].data_type) not in tokens:
            says = f"{listed[name].data_type}, not {tokens[0]}"
            faults.append(f"the catalog says that {name} is {says}")
        if listed[name].nullable != stored[name]["nullable"]:
            says = "takes" if listed[name].nullable else "does not take"
            faults.append(f"the catalog says that {name} {says} NULL")
    return sorted(faults)
