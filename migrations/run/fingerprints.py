"""A digest of each applied revision, so that a check can find a file that was edited later.

The fingerprints are in the comment of Alembic's version table. They are written in the transaction
of the migration, so that they are kept or lost together with it. The check reads them, and an
upgrade does.
"""

import ast
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.schema import DropTableComment, SetTableComment

__all__ = ["applied_revisions", "fingerprint", "read_fingerprints", "write_fingerprints"]

# In a comment, because msm keeps no record of migrations beside Alembic's version table.
PREFIX = "Applied revisions and their fingerprints: "
ENTRY = re.compile(r"(\S+)=([0-9a-f]{12})\b")


def fingerprint(path: Path) -> str:
    """A digest of a revision's code.

    Comments, docstrings, formatting and acknowledgements do not change it: an upgrade of another
    database may ask for the reason of what this one has applied.
    """
    # Of the syntax tree: a digest of the bytes would report every run of the formatter.
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case (
                ast.Module(body=[ast.Expr(value=ast.Constant(value=str())), *_])
                | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())), *_])
            ):
                del node.body[0]
    tree.body = [node for node in tree.body if not _is_acknowledgement(node)]
    # dump() leaves out empty fields, among them those that a later Python adds, so that every
    # supported Python computes the same digest.
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def _is_acknowledgement(node: ast.stmt) -> bool:
    match node:
        case (
            ast.Assign(targets=[ast.Name(id="acknowledged")])
            | ast.AnnAssign(target=ast.Name(id="acknowledged"))
        ):
            return True
    return False


def read_fingerprints(connection: Connection, provider: Any) -> dict[str, str]:
    """The recorded fingerprint of each applied revision, as far as there is one."""
    schema = provider.version_table_schema
    inspector = inspect(connection)
    if not inspector.has_table(provider.version_table, schema=schema):
        return {}
    # Somebody else's comment on the table holds no fingerprints.
    comment = inspector.get_table_comment(provider.version_table, schema=schema)["text"] or ""
    return dict(ENTRY.findall(comment)) if comment.startswith(PREFIX) else {}


def applied_revisions(script: ScriptDirectory, rows: tuple[str, ...]) -> dict[str, Path]:
    """The files of the revisions that led to these rows of the version table, by id."""
    applied = script.iterate_revisions(rows, "base") if rows else ()
    return {revision.revision: Path(revision.path) for revision in applied}


def write_fingerprints(connection: Connection, provider: Any, applied: Mapping[str, Path]) -> None:
    """Record the fingerprints of the applied revisions, and remove all others."""
    known = read_fingerprints(connection, provider)
    # A recorded one is kept: otherwise the next upgrade would record an edit as applied.
    current = {name: known.get(name) or fingerprint(path) for name, path in applied.items()}
    table = Table(provider.version_table, MetaData(), schema=provider.version_table_schema)
    if current:
        table.comment = PREFIX + ", ".join(f"{name}={current[name]}" for name in sorted(current))
        connection.execute(SetTableComment(table))
    elif known:
        connection.execute(DropTableComment(table))
