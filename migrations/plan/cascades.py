"""What a DELETE does beyond its table, to rows that refer to the deleted ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from ..provider import SCHEMA
from ..review.hazards import TRUNCATE, TRUNCATE_CASCADE, Effect
from .rows import RowCount, count_referring

__all__ = ["Cascade", "cascades"]

type TableName = tuple[str, str]

# By confdeltype: what a DELETE does to the rows that refer. The others refuse it.
RULES = {"c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
# A partition's rows are those of its parent.
REFERRING = text("""
    SELECT n.nspname, c.relname, k.confdeltype::text,
        ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey) ORDER BY a.attname)
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace s ON s.oid = t.relnamespace
    WHERE k.contype = 'f' AND s.nspname = :schema AND t.relname = :table
        AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = k.conrelid)
    ORDER BY n.nspname, c.relname, k.conname
""")


@dataclass(frozen=True, slots=True)
class Cascade:
    """What happens to the rows of a table that refer to rows which an operation deletes.

    Attributes:
        effect: what happens to them; its detail says why.
        rows: how many there are now; None if this role may not read the table.
    """

    effect: Effect
    rows: RowCount | None


def cascades(connection: Connection, effect: Effect) -> Iterator[Cascade]:
    """What foreign keys delete or overwrite when an operation deletes rows, if it is anything.

    Args:
        connection: as the owner role.
        effect: of the operation. Nothing follows unless it deletes rows.
    """
    if effect.hazard != "delete-rows" or effect.detail == TRUNCATE:
        return
    truncates = effect.detail == TRUNCATE_CASCADE
    first = (effect.schema or SCHEMA, effect.table)
    keys: dict[tuple[TableName, str], set[tuple[str, ...]]] = {}
    direct: set[TableName] = set()
    waiting, seen = [first], {first}
    while waiting:
        parent = waiting.pop(0)
        for table, action, columns in _referring(connection, parent):
            rule = "TRUNCATE" if truncates else RULES.get(action)
            if rule is None or table == first:
                continue
            keys.setdefault((table, rule), set()).add(columns)
            if parent == first:
                direct.add(table)
            if rule in {"TRUNCATE", "CASCADE"} and table not in seen:
                seen.add(table)
                waiting.append(table)
    for (referring, rule), of_keys in keys.items():
        # What refers to a row that may stay may stay too.
        is_filtered = not truncates and (effect.is_filtered or referring not in direct)
        rows = count_referring(connection, *referring, () if truncates else of_keys)
        if rows is None or rows.number > 0:
            yield Cascade(_effect(*referring, rule, of_keys, is_filtered=is_filtered), rows)


def _referring(
    connection: Connection, parent: TableName
) -> Iterator[tuple[TableName, str, tuple[str, ...]]]:
    schema, table = parent
    for row in connection.execute(REFERRING, {"schema": schema, "table": table}).all():
        yield (row[0], row[1]), row[2], tuple(row[3])


def _effect(
    schema: str, table: str, rule: str, keys: Iterable[tuple[str, ...]], *, is_filtered: bool
) -> Effect:
    if rule == "TRUNCATE":
        return Effect("delete-rows", schema, table, detail="truncate by CASCADE")
    if rule == "CASCADE":
        detail = "delete by ON DELETE CASCADE from"
        return Effect("delete-rows", schema, table, is_filtered=is_filtered, detail=detail)
    columns = tuple(sorted({column for key in keys for column in key}))
    detail = f"update by ON DELETE {rule}"
    return Effect("rewrite-rows", schema, table, columns, is_filtered, detail)
