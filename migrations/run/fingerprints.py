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

__all__ = [
    "applied_revisions",
    "edited_remedy",
    "fingerprint",
    "is_as_applied",
    "read_fingerprints",
    "write_fingerprints",
]

# In a comment, because msm keeps no record of migrations beside Alembic's version table.
PREFIX = "Applied revisions and their fingerprints: "
ENTRY = re.compile(r"(\S+)=([0-9a-f]{12})\b")


def fingerprint(path: Path) -> str:
    """A digest of a revision's code.

    Comments, docstrings, formatting, annotations, acknowledgements, the order of imports, and
    imports that are not used do not change it: an upgrade of another database may ask for the
    reason of what this one has applied, and a formatter may run over a revision at any time.
    """
    tree = _Unformatted().visit(_code(path))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imports = sorted(
        ast.dump(type(node)(**_source(node), names=[alias]))
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name.partition(".")[0]) in used
    )
    tree.body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    return _digest("\n".join([*imports, ast.dump(tree)]))


def is_as_applied(path: Path, recorded: str) -> bool:
    """Whether a file says what it said when its fingerprint was recorded."""
    # Earlier versions recorded a digest with the imports as they were written.
    return recorded in (fingerprint(path), _digest(ast.dump(_code(path))))


def edited_remedy(script: ScriptDirectory, provider: Any, revision: str) -> str:
    """What to do about a revision that was edited after it was applied."""
    parent = script.get_revision(revision).down_revision
    target = parent or ("base" if provider.branch is None else f"{provider.branch}@base")
    return (
        "restore the file as it was applied, and make the change in a new revision; if nobody has "
        "that file any more and no other database has applied it, run "
        f"`{provider.command('downgrade', target)}` and then `{provider.upgrade_command}`"
    )


class _Unformatted(ast.NodeTransformer):
    """Leaves out or writes in one way what ``./dev format`` may write in another."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        # An f-string without a placeholder loses its prefix.
        match node.values:
            case [ast.Constant() as only]:
                return only
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(
                left=ast.Constant(value=str(left)),
                op=ast.Add(),
                right=ast.Constant(value=str(right)),
            ):
                return ast.Constant(left + right)
        return node

    def visit_Pass(self, _: ast.Pass) -> None:
        """Needless beside a docstring."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        if node.value is None:
            return node
        return ast.Assign([node.target], node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        return node


def _code(path: Path) -> ast.Module:
    """The syntax tree, without what never counts."""
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
    return tree


def _source(node: ast.Import | ast.ImportFrom) -> dict[str, Any]:
    """Where the names of an import come from."""
    return {} if isinstance(node, ast.Import) else {"module": node.module, "level": node.level}


def _digest(text: str) -> str:
    # dump() leaves out empty fields, among them those that a later Python adds, so that every
    # supported Python computes the same digest.
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
    current = {
        name: known[name]
        if name in known and not is_as_applied(path, known[name])
        else fingerprint(path)
        for name, path in applied.items()
    }
    table = Table(provider.version_table, MetaData(), schema=provider.version_table_schema)
    if current:
        table.comment = PREFIX + ", ".join(f"{name}={current[name]}" for name in sorted(current))
        connection.execute(SetTableComment(table))
    elif known:
        connection.execute(DropTableComment(table))
