"""Rules about single operations."""

import ast
import re
from collections.abc import Iterator

from alembic.operations.ops import CreateForeignKeyOp, DropConstraintOp, ExecuteSQLOp
from sqlalchemy import TextClause
from sqlalchemy.schema import ExecutableDDLElement

from ..history import Revision
from ..recorder import Location, Operation, Recording
from ..subjects import targets
from .base import Fault, rule

__all__ = [
    "batch_alter_table",
    "impl_uses",
    "raw_ddl",
    "unchanged_foreign_key",
    "unchanged_foreign_keys",
    "unknown_table",
]

DDL_VERBS = {"alter", "cluster", "comment", "create", "do", "drop", "grant", "import", "reassign"}
DDL_VERBS |= {"refresh", "reindex", "revoke", "security", "truncate"}

# Comments, strings, quoted names and dollar-quoted bodies: a semicolon in them does not end a
# statement, and a word in them is not a verb.
OPAQUE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|(\$\w*\$).*?\1", re.DOTALL)

# Allowed, because they change no definition of a model and Alembic has no operation for them.
BOUND = r"(default|for\s+values\s+from\s*\(.*\)\s*to\s*\(.*\))"
ALLOWED = re.compile(
    rf"create\s+table\s+(if\s+not\s+exists\s+)?[\w.]+\s+partition\s+of\s+[\w.]+\s+{BOUND}$"
    rf"|alter\s+table\s+[\w.]+\s+attach\s+partition\s+[\w.]+\s+{BOUND}$"
    r"|alter\s+table\s+[\w.]+\s+detach\s+partition\s+[\w.]+(\s+concurrently|\s+finalize)?$|"
    r"alter\s+table\s+(only\s+)?[\w.]+\s+(validate\s+constraint\s+\w+|rename\s+constraint\s+\w+\s+to\s+\w+)$"
    r"|alter\s+(index|sequence)\s+[\w.]+\s+rename\s+to\s+\w+$"
)


@rule("batch-alter-table", to_do="Call op directly; batch mode is meant for SQLite.")
def batch_alter_table(revision: Revision) -> Iterator[Fault]:
    """``op.batch_alter_table``."""
    for recording in revision.recordings:
        for location in recording.batches:
            yield Fault(location, "batch_alter_table may copy the table, and hides its operations.")


@rule("raw-ddl", to_do="Use Alembic's operation for it, so that review, plan and check can see it.")
def raw_ddl(revision: Revision) -> Iterator[Fault]:
    """DDL as text or as a DDL construct in ``op.execute``, except of what Alembic has no word for.

    Allowed are VALIDATE CONSTRAINT, renames, and partitions that are made, attached or detached.

    Any use of Alembic's ``impl`` counts, because it leaves no operation to check.
    """
    for node in impl_uses(revision.tree):
        why = f"{ast.unparse(node)} bypasses Alembic's operations."
        yield Fault(Location(revision.path, node.lineno), why)
    for recording in revision.recordings:
        for operation in recording.operations:
            if isinstance(operation.op, ExecuteSQLOp):
                for ddl in _ddl(operation.op.sqltext):
                    yield Fault(operation.location, f"op.execute() runs DDL: {ddl}")


def impl_uses(tree: ast.AST) -> Iterator[ast.Attribute]:
    """Where a revision uses Alembic's ``impl``, which leaves no operation to read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "impl":
            yield node


def _ddl(statement: object) -> Iterator[str]:
    match statement:
        case ExecutableDDLElement():
            yield type(statement).__name__
        case str() | TextClause():
            for part in OPAQUE.sub(_opaque, str(statement)).split(";"):
                text = " ".join(part.split())
                verb = text.partition(" ")[0].lower()
                if verb in DDL_VERBS and not ALLOWED.match(text.lower()):
                    yield text if len(text) <= 60 else f"{text[:57]}..."


def _opaque(found: re.Match[str]) -> str:
    """A quoted name stays one word; everything else becomes a space."""
    text = found.group()
    return re.sub(r"\W", "_", text) if text.startswith('"') else " "


@rule(
    "unknown-table",
    to_do="Correct the name, or add the model to the graph of its package.",
)
def unknown_table(revision: Revision) -> Iterator[Fault]:
    """An operation on a table that is in no graph and that no earlier revision created.

    Tables in the text of ``op.execute`` are not searched; those of ``sa.table()`` are.
    """
    for recording in revision.recordings:
        for operation in recording.operations:
            for schema, table in targets(operation.op):
                if schema not in {None, "public"} or table not in revision.known_tables:
                    name = table if schema is None else f"{schema}.{table}"
                    why = f"{name} is in no model graph, and no earlier revision created it."
                    yield Fault(operation.location, why)


@rule(
    "unchanged-foreign-key",
    to_do="Delete its drop and create from both functions; nothing about the key changes.",
)
def unchanged_foreign_key(revision: Revision) -> Iterator[Fault]:
    """A foreign key that is dropped and recreated as it was."""
    for operation in unchanged_foreign_keys(revision):
        if operation in revision.upgrade.operations and isinstance(
            operation.op, CreateForeignKeyOp
        ):
            why = f"The foreign key {operation.op.constraint_name} is recreated as it was before."
            yield Fault(operation.location, why)


def unchanged_foreign_keys(revision: Revision) -> list[Operation]:
    """Every operation on keys that both functions create in the same way.

    A schema "public" makes no difference: it is what makes Alembic recreate a key.
    """
    before = _created_keys(revision.downgrade)
    same = {
        key
        for key, operation in _created_keys(revision.upgrade).items()
        if key in before and _definition(operation) == _definition(before[key])
    }
    return [
        operation
        for recording in revision.recordings
        for operation in recording.operations
        if _foreign_key(operation) in same
    ]


def _created_keys(recording: Recording) -> dict[tuple[str, str], Operation]:
    return {
        key: operation
        for operation in recording.operations
        if isinstance(operation.op, CreateForeignKeyOp)
        and (key := _foreign_key(operation)) is not None
    }


def _foreign_key(operation: Operation) -> tuple[str, str] | None:
    """Table and name of the constraint that an operation creates or drops."""
    match operation.op:
        case CreateForeignKeyOp(constraint_name=str(name), source_table=table):
            return table, name
        case DropConstraintOp(constraint_name=str(name), table_name=table):
            return table, name
    return None


def _definition(operation: Operation) -> object:
    op = operation.op
    if not isinstance(op, CreateForeignKeyOp):
        return None
    schemas = {"source_schema", "referent_schema"}
    options = {
        key: value
        for key, value in op.kw.items()
        if value is not None and not (key in schemas and value == "public")
    }
    return op.source_table, op.referent_table, op.local_cols, op.remote_cols, options
