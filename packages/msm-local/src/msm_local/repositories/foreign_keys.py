"""Foreign keys of the catalog, by the tables that they reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from msm_local.repositories.meta_table_rows import CatalogForeignKey

__all__ = ["INCOMING", "IncomingForeignKey", "find_incoming"]

# The first condition is that of an index; the last one chooses among the keys of a row.
INCOMING = """
SELECT (key ->> 'target_table_uid')::uuid AS target_uid, uid AS source_uid,
       physical_schema AS source_schema, physical_table_name AS source_table, key AS foreign_key
FROM msm_local.meta_tables, jsonb_array_elements(foreign_keys) AS key
WHERE jsonb_path_query_array(foreign_keys, '$[*].target_table_uid') ?| %(uids)s
  AND deleted_at IS NULL AND key ->> 'target_table_uid' = ANY(%(uids)s)
ORDER BY source_schema, source_table, key ->> 'name'
"""


@dataclass(frozen=True, slots=True)
class IncomingForeignKey:
    """A foreign key that references the table of a row, from another table or the same one.

    Attributes:
        target_uid: the row of the referenced table.
        source_uid: the row of the referencing table.
        source_schema: schema of that table.
        source_table: name of that table.
        foreign_key: the key, as the row of the referencing table stores it.
    """

    target_uid: UUID
    source_uid: UUID
    source_schema: str
    source_table: str
    foreign_key: CatalogForeignKey


def find_incoming(
    connection: Connection[Any], uids: Sequence[UUID]
) -> dict[UUID, list[IncomingForeignKey]]:
    """The foreign keys that reference these tables, by uid; every given uid is a key."""
    incoming: dict[UUID, list[IncomingForeignKey]] = {uid: [] for uid in uids}
    with connection.cursor(row_factory=dict_row) as cursor:
        for record in cursor.execute(INCOMING, {"uids": [str(uid) for uid in uids]}):
            key = CatalogForeignKey(**record.pop("foreign_key"))
            found = IncomingForeignKey(**record, foreign_key=key)
            incoming[found.target_uid].append(found)
    return incoming
