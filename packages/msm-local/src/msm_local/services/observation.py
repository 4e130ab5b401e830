"""What PostgreSQL has for rows of the catalog, and what speaks against activating them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.repositories import meta_tables, physical
from msm_local.repositories.meta_table_rows import MetaTableRow, Shape
from msm_local.repositories.settings import Settings
from msm_local.services.shapes import read_shapes, unsupported_columns

__all__ = ["Observed", "Problem", "find_problem", "observe"]


@dataclass(frozen=True, slots=True)
class Observed:
    """A table as PostgreSQL has it: the role that owns it, and its shape."""

    owner: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a table cannot be activated: the kind of error, and a sentence."""

    kind: str
    sentence: str


def observe(connection: Connection[Any], rows: Iterable[MetaTableRow]) -> dict[UUID, Observed]:
    """The tables that exist, by the uid of their row."""
    known = {(row.physical_schema, row.physical_table_name): row for row in rows}
    uids: dict[tuple[str, str], UUID] = {name: row.uid for name, row in known.items()}

    def uid_of(schema: str, table: str) -> UUID | None:
        name = (schema, table)
        if name not in uids:
            found = meta_tables.find_by_names(connection, [name])
            if name not in found or found[name].deleted_at is not None:
                return None
            uids[name] = found[name].uid
        return uids[name]

    tables = physical.read_tables(connection, list(known))
    shapes = read_shapes(connection, tables, known, uid_of)
    return {
        known[name].uid: Observed(table.owner, shapes[known[name].uid])
        for name, table in tables.items()
    }


def find_problem(settings: Settings, row: MetaTableRow, observed: Observed) -> Problem | None:
    """Why the table of a row cannot be activated as it is; None if it can."""
    if observed.owner != settings.owner_role:
        return Problem(
            "OwnerError",
            f"The table {row.qualified_name} belongs to the role {observed.owner!r}, not to "
            f"{settings.owner_role!r}; run `ALTER TABLE {row.qualified_name} OWNER TO "
            f'"{settings.owner_role}"` as an administrator.',
        )
    naive = unsupported_columns(observed.shape)
    if naive:
        return Problem(
            "UnsupportedTypeError",
            f"The table {row.qualified_name} has timestamps without time zone "
            f"({', '.join(naive)}), which the SDK refuses; use DateTime(timezone=True).",
        )
    return None
