"""What a statement touches: its tables and their access, found by walking its elements."""

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import (
    CTE,
    Alias,
    BinaryExpression,
    Column,
    ColumnClause,
    CompoundSelect,
    Delete,
    Extract,
    FromClause,
    Insert,
    Select,
    Table,
    TableClause,
    TextClause,
    UnaryExpression,
    Update,
)
from sqlalchemy.dialects.postgresql.dml import OnConflictClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.visitors import Visitable

from msm.base import MarketsBase
from msm.errors import NotAttachedError, StatementError
from msm.sdk import MetaTable

__all__ = [
    "access_of",
    "model_name",
    "refuse_forms",
    "refuse_text",
    "require_attached",
    "table_name",
]

# The characters that PostgreSQL's operators are made of; -- and /* would begin a comment.
OPERATOR = re.compile(r"(?!.*(--|/\*))[-+*/<>=~!@#%^&|`?]+")
WRITTEN_BY_SQLALCHEMY = frozenset({"*", "1"})


def refuse_text(elements: Sequence[Visitable]) -> None:
    """Refuse SQL that is written as text, because the scope cannot be derived from it.

    Args:
        elements: all parts of the statement.

    Raises:
        StatementError: a part is SQL as text, or a table that belongs to no model.
    """
    for element in elements:
        # Conditions are looked for only where there is text: the search visits every index.
        hidden = _text_in(element)
        if hidden is not None and id(element) not in _conditions(elements):
            raise StatementError(
                f"{hidden} hides which tables it uses; write it with models, columns and "
                "functions, so that the scope of the operation can be derived."
            )
        if isinstance(element, TableClause) and not isinstance(element, Table):
            raise StatementError(
                f"table({element.name!r}) is not the table of a model; use the model instead."
            )


def _conditions(elements: Sequence[Visitable]) -> Iterator[int]:
    """The ids of the parts of partial indexes' conditions.

    Such a condition may be text, because it can only use columns of its own table.
    """
    for element in elements:
        conditions = []
        if isinstance(element, OnConflictClause):
            conditions = [element.inferred_target_whereclause]
        elif isinstance(element, Table):
            options = (index.dialect_options["postgresql"] for index in element.indexes)
            conditions = [option["where"] for option in options]
        for condition in conditions:
            if condition is not None:
                yield from map(id, visitors.iterate(condition))


def _text_in(element: Visitable) -> str | None:
    """The call that put SQL as text into an element; None where it holds none."""
    # SQLAlchemy has no public names for what prefix_with() and the other methods store.
    match element:
        case TextClause():
            return f"text({element.text!r})"
        # SQLAlchemy itself writes count(*), EXISTS (SELECT *), and SELECT 1 for any() and has().
        case ColumnClause(is_literal=True) if element.name not in WRITTEN_BY_SQLALCHEMY:
            return f"literal_column({element.name!r})"
        case (
            BinaryExpression(operator=custom_op() as operator)
            | UnaryExpression(operator=custom_op() as operator)
        ) if not OPERATOR.fullmatch(operator.opstring):
            return f"op({operator.opstring!r})"
        # extract() renders its field into the SQL as it is, without a placeholder or quotes.
        case Extract() if not element.field.isidentifier():
            return f"extract({element.field!r})"
        case Select() | Insert() | Update() | Delete() | CTE() if element._prefixes:  # noqa: SLF001
            return "prefix_with()"
        case Select() | CTE() if element._suffixes:  # noqa: SLF001
            return "suffix_with()"
        case Select() | Insert() | Update() | Delete() if element._hints:  # noqa: SLF001
            return "with_hint()"
        case Select() if element._statement_hints:  # noqa: SLF001
            return "with_statement_hint()"
    return None


def refuse_forms(statement: Visitable, elements: Sequence[Visitable]) -> None:
    """Refuse what an operation cannot do: it is one transaction with at most one write.

    Args:
        statement: the statement.
        elements: all parts of it.

    Raises:
        StatementError: a part locks rows, or writes inside the statement.
    """
    for element in elements:
        if isinstance(element, Select | CompoundSelect) and element._for_update_arg is not None:  # noqa: SLF001
            raise StatementError(
                "with_for_update() locks rows until the transaction ends, which is the end of the "
                "operation; leave it out, and write with a condition on what was read."
            )
        if isinstance(element, Insert | Update | Delete) and element is not statement:
            raise StatementError(
                f"The {type(element).__name__.lower()} of {table_name(element.table)} is "
                "inside another statement; execute it alone, because an operation is one write."
            )


def access_of(elements: Sequence[Visitable]) -> dict[str, str]:
    """Every table of the statement, joins, subqueries and CTEs included, with its access.

    Raises:
        StatementError: the statement uses no table.
    """
    access: dict[str, str] = {}
    for element in elements:
        if isinstance(element, Insert | Update | Delete):
            # A table that is written and read is declared as written, in whatever order they come.
            access[table_name(element.table)] = "write"
        elif isinstance(element, Table):
            access.setdefault(element.name, "read")
        elif isinstance(element, Column) and isinstance(element.table, Table):
            access.setdefault(element.table.name, "read")
    if not access:
        raise StatementError(
            "The statement uses no table of a model; an operation needs at least one."
        )
    return access


def table_name(target: FromClause) -> str:
    """The physical name of the table that is written, also where it has an alias.

    Raises:
        StatementError: the target is not a table.
    """
    table = target.element if isinstance(target, Alias) else target
    if not isinstance(table, Table):
        raise StatementError(
            f"A {type(target).__name__} cannot be written; write to one attached model."
        )
    return str(table.name)


def model_name(table: str) -> str:
    """The identifier of the model of a physical table; the table's own name where it has none."""
    model = MarketsBase.model_of(table)
    return table if model is None else model.__name__


def require_attached(access: Mapping[str, str], meta_tables: Mapping[str, MetaTable]) -> None:
    """Check that a runtime has attached every table that a statement uses.

    Args:
        access: the tables of the statement, by physical name.
        meta_tables: the attached resources, by physical name.

    Raises:
        NotAttachedError: the runtime has not attached one of them.
    """
    missing = sorted(set(access) - set(meta_tables))
    if missing:
        models = ", ".join(model_name(table) for table in missing)
        raise NotAttachedError(
            f"The statement uses {', '.join(missing)}, which this runtime has not attached; call "
            f"msm.start_engine([{models}, ...]) with every model the statement uses.",
            tables=missing,
        )
