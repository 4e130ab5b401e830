"""The page of one package: its diagram, and every table with its columns, keys and checks."""

from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint

from migrations.autogenerate import COMPILER, DIALECT, sql_of
from msm import MarketsModel, MarketsTimeIndexMetaTable

from .graphs import GRAPHS, Graph, area_of, keys_of, table_of

__all__ = ["page_of"]

PAGES = {table_of(model).name: graph.name for graph in GRAPHS for model in graph.models}


def page_of(graph: Graph) -> str:
    """The page, as Markdown."""
    return "\n".join(_lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    yield f"# Tables of {graph.distribution}"
    yield ""
    yield "<!-- Written by ./dev docs from the models; a change here is lost. -->"
    yield ""
    yield (
        f"{len(graph.models)} tables, imported from `{graph.package}.models`. The diagram shows "
        "keys and what they refer to; a dashed line is a key that may be NULL, and a grey table "
        "belongs to another package. It opens by itself in full size."
    )
    yield ""
    yield f"[![Foreign keys of {graph.distribution}]({graph.name}.svg)]({graph.name}.svg)"
    for area, models in groupby(sorted(graph.models, key=area_of), key=area_of):
        yield ""
        yield f"## {area.replace('_', ' ').capitalize()}"
        for model in models:
            yield ""
            yield from _table_lines(model)
    yield ""


def _table_lines(model: type[MarketsModel]) -> Iterator[str]:
    table = table_of(model)
    yield f"### {model.__name__} {{ #{table.name} }}"
    yield ""
    yield f"`{table.name}`, {_kind(model)}. {_text(table.comment)}"
    yield ""
    yield "| column | type | null | default | key | meaning |"
    yield "|---|---|---|---|---|---|"
    for column in table.columns:
        cells = (
            f"`{column.name}`",
            f"`{column.type.compile(DIALECT)}`",
            "yes" if column.nullable else "no",
            _default(column),
            _keys(table, column),
            _text(column.comment),
        )
        yield f"| {' | '.join(cells)} |"
    rules = list(_rules(table))
    if rules:
        yield ""
        yield from rules


def _kind(model: type[MarketsModel]) -> str:
    if not issubclass(model, MarketsTimeIndexMetaTable):
        return "a relational table"
    return f"indexed by time over `{model.__time_index_name__}`"


def _default(column: Column[object]) -> str:
    if column.server_default is None:
        return ""
    return f"`{COMPILER.get_column_default_string(column)}`"


def _keys(table: Table, column: Column[object]) -> str:
    found = ["primary"] if column.primary_key else []
    for key in keys_of(table):
        for element in key.elements:
            if element.parent is column:
                target = element.column.table.name
                page = PAGES[target]
                found.append(
                    f"[{target}.{element.column.name}]({page}.md#{target}), on delete "
                    f"{str(key.ondelete).lower()}"
                )
    return "; ".join(found)


def _rules(table: Table) -> Iterator[str]:
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        names = ", ".join(f"`{column.name}`" for column in index.columns)
        where = index.dialect_options["postgresql"]["where"]
        condition = "" if where is None else f" where `{_text(sql_of(where))}`"
        yield f"- {'unique' if index.unique else 'indexed'}: {names}{condition}"
    for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
        if isinstance(constraint, UniqueConstraint):
            yield f"- unique: {', '.join(f'`{column.name}`' for column in constraint.columns)}"
        elif isinstance(constraint, CheckConstraint):
            yield f"- checked: `{_text(sql_of(constraint.sqltext))}`"


def _text(words: str | None) -> str:
    """One line that a cell of a table can hold."""
    return " ".join((words or "").split()).replace("|", "\\|")
