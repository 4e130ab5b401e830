"""What each applied revision asked for when it was applied, so that a later edit is noticed.

The fingerprints stand in the comment of Alembic's version table, written in the transaction of the
migration itself. Nothing but a check reads them.
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

PREFIX = "Applied revisions and their fingerprints: "
ENTRY = re.compile(r"(\S+)=([0-9a-f]{12})\b")


def fingerprint(path: Path) -> str:
    """A digest of a revision's code: comments, docstrings and the formatter do not change it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case (
                ast.Module(body=[ast.Expr(value=ast.Constant(value=str())), *_])
                | ast.FunctionDef(body=[ast.Expr(value=ast.Constant(value=str())), *_])
            ):
                del node.body[0]
    # dump() leaves out what is empty, and so the fields that a later Python adds.
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def read_fingerprints(connection: Connection, provider: Any) -> dict[str, str]:
    """The recorded fingerprint of each applied revision; those applied unrecorded are not in it."""
    schema = provider.version_table_schema
    inspector = inspect(connection)
    if not inspector.has_table(provider.version_table, schema=schema):
        return {}
    comment = inspector.get_table_comment(provider.version_table, schema=schema)["text"] or ""
    return dict(ENTRY.findall(comment)) if comment.startswith(PREFIX) else {}


def applied_revisions(script: ScriptDirectory, rows: tuple[str, ...]) -> dict[str, Path]:
    """The files of the revisions that led to these rows of the version table, by id."""
    ways = script.iterate_revisions(rows, "base") if rows else ()
    return {revision.revision: Path(revision.path) for revision in ways}


def write_fingerprints(connection: Connection, provider: Any, applied: Mapping[str, Path]) -> None:
    """Record the fingerprints of the applied revisions, and forget those of all others.

    What was recorded once stays, so that an edit cannot slip in with the next upgrade.
    """
    known = read_fingerprints(connection, provider)
    said = {name: known.get(name) or fingerprint(path) for name, path in applied.items()}
    table = Table(provider.version_table, MetaData(), schema=provider.version_table_schema)
    if said:
        table.comment = PREFIX + ", ".join(f"{name}={said[name]}" for name in sorted(said))
        connection.execute(SetTableComment(table))
    elif known:
        connection.execute(DropTableComment(table))
