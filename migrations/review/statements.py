"""What SQL does to rows that exist: read by PostgreSQL's own parser."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import postgast
from google.protobuf.message import DecodeError, Message
from postgast import pg_query_pb2 as tree
from sqlalchemy import Executable, TextClause, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.elements import ClauseElement

from .functions import DELETING, name_of, relation_of, unknown_functions

__all__ = ["Change", "ChangeKind", "Unreadable", "changes", "moves", "renames"]

type ChangeKind = Literal[
    "delete",
    "truncate",
    "truncate-cascade",
    "rewrite",
    "drop-table",
    "drop-column",
    "change-type",
    "set-not-null",
]

# Its placeholders are those of the parser, and it does not double a percent sign.
DIALECT = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

ALTERATIONS: dict[int, ChangeKind] = {
    tree.AT_DropColumn: "drop-column",
    tree.AT_AlterColumnType: "change-type",
    tree.AT_SetNotNull: "set-not-null",
}
# These hold tables, or are columns of tables when CASCADE drops them.
HOLDING_TABLES = {tree.OBJECT_TABLE, tree.OBJECT_FOREIGN_TABLE, tree.OBJECT_SCHEMA}
HOLDING_COLUMNS = {tree.OBJECT_TYPE, tree.OBJECT_DOMAIN, tree.OBJECT_EXTENSION}
# They run code that is not in the text, or that the parser takes for a string.
OPAQUE = {
    tree.DoStmt: "DO",
    tree.CallStmt: "CALL",
    tree.ExecuteStmt: "EXECUTE",
    tree.DropOwnedStmt: "DROP OWNED",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a statement does to the rows of one table.

    Attributes:
        kind: what it does.
        schema: of the table; None if the statement does not name it.
        table: the table, or another object that is dropped with its tables.
        columns: those that it sets, drops or alters; empty for whole rows.
        is_filtered: whether it may leave rows as they are.
    """

    kind: ChangeKind
    schema: str | None
    table: str
    columns: frozenset[str] = frozenset()
    is_filtered: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A statement that may do anything.

    Attributes:
        reason: why it cannot be read, as the end of a sentence that begins with "It".
    """

    reason: str


def changes(statement: str | Executable) -> Iterator[Change | Unreadable]:
    """What a statement, or a text of several, does to rows that exist.

    Args:
        statement: as ``op.execute`` takes it.
    """
    clause = text(statement) if isinstance(statement, str) else statement
    try:
        # Of what Alembic executes, everything is a clause that can be compiled.
        written = str(cast("ClauseElement", clause).compile(dialect=DIALECT))
    except CompileError as error:
        yield Unreadable(f"cannot be written as SQL ({str(error).partition(chr(10))[0]})")
    else:
        yield from _read(written)


# The slices of a backfill differ in their values only, and every rule asks.
@lru_cache(maxsize=256)
def _read(written: str) -> tuple[Change | Unreadable, ...]:
    try:
        parsed = postgast.parse(written)
    except postgast.PgQueryError as error:
        return (Unreadable(f"is no SQL that PostgreSQL's parser knows ({error.message})"),)
    except DecodeError:
        return (Unreadable("is nested too deeply for PostgreSQL's parser"),)
    nodes = postgast.find_nodes(parsed, Message)
    found = [change for node in nodes for change in _changes(node)]
    # A query whose rows nobody takes is there for what its functions do.
    queries = [each.stmt.select_stmt for each in parsed.stmts if each.stmt.HasField("select_stmt")]
    names = dict.fromkeys(name for query in queries for name in unknown_functions(query))
    found += [Unreadable(f"calls {name}(), whose effect is not in its text") for name in names]
    return tuple(found)


def renames(statement: str | Executable) -> Iterator[tuple[str | None, str, str]]:
    """The constraints, indexes and sequences that a text renames: table, old name, new name.

    The table is None where the statement names only the index or the sequence.
    """
    for node in _rename_statements(statement):
        if node.rename_type == tree.OBJECT_TABCONSTRAINT:
            yield node.relation.relname, node.subname, node.newname
        elif node.rename_type in {tree.OBJECT_INDEX, tree.OBJECT_SEQUENCE}:
            yield None, node.relation.relname, node.newname


def moves(statement: str | Executable) -> Iterator[tuple[str, str | None, str]]:
    """The tables and columns that a text renames: table, old name of its column, new name.

    The column is None where it is the table that gets another name.
    """
    for node in _rename_statements(statement):
        if node.rename_type == tree.OBJECT_TABLE:
            yield node.relation.relname, None, node.newname
        elif node.rename_type == tree.OBJECT_COLUMN:
            yield node.relation.relname, node.subname, node.newname


def _rename_statements(statement: str | Executable) -> Iterator[tree.RenameStmt]:
    if not isinstance(statement, str | TextClause) or "rename" not in str(statement).lower():
        return
    try:
        parsed = postgast.parse(str(statement))
    except (postgast.PgQueryError, DecodeError):
        return
    yield from postgast.find_nodes(parsed, tree.RenameStmt)


def _changes(node: Message) -> Iterator[Change | Unreadable]:
    match node:
        case tree.DeleteStmt():
            filtered = node.HasField("where_clause") or bool(node.using_clause)
            yield _change("delete", node.relation, is_filtered=filtered)
        case tree.UpdateStmt():
            filtered = node.HasField("where_clause") or bool(node.from_clause)
            yield _change("rewrite", node.relation, _set(node.target_list), is_filtered=filtered)
        case tree.InsertStmt() if node.HasField("on_conflict_clause"):
            conflict = node.on_conflict_clause
            if conflict.action == tree.ONCONFLICT_UPDATE:
                columns = _set(conflict.target_list)
                yield _change("rewrite", node.relation, columns, is_filtered=True)
        case tree.MergeStmt():
            yield from _merged(node)
        case tree.TruncateStmt():
            cascade = node.behavior == tree.DROP_CASCADE
            for relation in node.relations:
                yield _change("truncate-cascade" if cascade else "truncate", relation.range_var)
        case tree.AlterTableStmt() if node.objtype in {
            tree.OBJECT_TABLE,
            tree.OBJECT_FOREIGN_TABLE,
        }:
            for command in (item.alter_table_cmd for item in node.cmds):
                if command.subtype in ALTERATIONS:
                    kind = ALTERATIONS[command.subtype]
                    yield _change(kind, node.relation, frozenset({command.name}))
                elif command.subtype == tree.AT_DetachPartition:
                    # They stay in the partition, and nobody who reads the table finds them.
                    yield _change("delete", node.relation, is_filtered=True)
        case tree.DropStmt():
            yield from _dropped(node)
        case tree.FuncCall() if name_of(node) in DELETING:
            relation = relation_of(node)
            if relation is None:
                yield Unreadable(f"calls {name_of(node)}() on a table that it does not name")
            else:
                yield _change("delete", relation, is_filtered=True)
    if type(node) in OPAQUE:
        yield Unreadable(f"runs {OPAQUE[type(node)]}, whose effect is not in its text")


def _change(
    kind: ChangeKind,
    relation: tree.RangeVar,
    columns: frozenset[str] = frozenset(),
    *,
    is_filtered: bool = False,
) -> Change:
    return Change(kind, relation.schemaname or None, relation.relname, columns, is_filtered)


def _set(targets: object) -> frozenset[str]:
    """The columns that the targets of a SET name."""
    return frozenset(target.res_target.name for target in targets)  # type: ignore[attr-defined]


def _merged(node: tree.MergeStmt) -> Iterator[Change]:
    for clause in (item.merge_when_clause for item in node.merge_when_clauses):
        match clause.command_type:
            case tree.CMD_DELETE:
                yield _change("delete", node.relation, is_filtered=True)
            case tree.CMD_UPDATE:
                columns = _set(clause.target_list)
                yield _change("rewrite", node.relation, columns, is_filtered=True)


def _dropped(node: tree.DropStmt) -> Iterator[Change]:
    if node.remove_type in HOLDING_TABLES:
        kind: ChangeKind = "drop-table"
    elif node.remove_type in HOLDING_COLUMNS and node.behavior == tree.DROP_CASCADE:
        kind = "drop-column"
    else:
        return
    for dropped in node.objects:
        names = [string.sval for string in postgast.find_nodes(dropped, tree.String)]
        yield Change(kind, names[-2] if len(names) > 1 else None, names[-1])
