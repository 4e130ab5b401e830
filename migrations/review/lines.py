"""Lines of a revision that keep rows, as an author would write them."""

import json

from .schema import ColumnShape, Part

__all__ = ["alter_column", "comment_on", "rename_part", "rename_table"]

# Of a line, without the indentation of a function.
WIDTH = 96

OBJECTS = {"index": "INDEX", "sequence": "SEQUENCE"}


def rename_table(old: str, new: str) -> str:
    """Rename a table."""
    return _call("op.rename_table", _text(old), _text(new))


def rename_part(table: str, part: Part, name: str) -> str:
    """Rename a constraint, an index or a sequence.

    Args:
        table: its table, by the name that it has then.
        part: what to rename.
        name: its new name.
    """
    # Alembic has no operation for it.
    kind = OBJECTS.get(part.kind)
    if kind is None:
        pieces = [f"ALTER TABLE {table} ", f"RENAME CONSTRAINT {part.name} ", f"TO {name}"]
    else:
        pieces = [f"ALTER {kind} {part.name} ", f"RENAME TO {name}"]
    whole = f"op.execute({_text(''.join(pieces))})"
    if len(whole) <= WIDTH:
        return whole
    return "\n".join(["op.execute(", *(f"    {_text(piece)}" for piece in pieces), ")"])


def comment_on(table: str, old: str | None, new: str | None) -> str:
    """Change the comment of a table."""
    before = f"existing_comment={_literal(old)}"
    if new is None:
        return _call("op.drop_table_comment", _text(table), before)
    return _call("op.create_table_comment", _text(table), _text(new), before)


def alter_column(
    table: str, old_name: str, old: ColumnShape, new_name: str, new: ColumnShape
) -> str:
    """Change the name of a column and what else differs; empty if nothing does."""
    changes = []
    if old_name != new_name:
        changes.append(f"new_column_name={_text(new_name)}")
    if old.nullable != new.nullable:
        changes.append(f"nullable={new.nullable}")
    if old.default != new.default:
        default = "None" if new.default is None else f"sa.text({_text(new.default)})"
        changes.append(f"server_default={default}")
    if old.comment != new.comment:
        changes.append(f"comment={_literal(new.comment)}")
        changes.append(f"existing_comment={_literal(old.comment)}")
    return _call("op.alter_column", _text(table), _text(old_name), *changes) if changes else ""


def _call(function: str, *arguments: str) -> str:
    whole = f"{function}({', '.join(arguments)})"
    if len(whole) <= WIDTH and "\n" not in whole:
        return whole
    return "\n".join([f"{function}(", *(f"    {argument}," for argument in arguments), ")"])


def _literal(text: str | None) -> str:
    return "None" if text is None else _text(text)


def _text(text: str) -> str:
    # Double quotes, as the formatter writes them.
    return json.dumps(text, ensure_ascii=False)
