"""An entity-relationship diagram of one package, in Graphviz's language."""

from collections.abc import Iterator
from html import escape

from sqlalchemy import Table

from .graphs import GRAPHS, Graph, keys_of, table_of

__all__ = ["source_of"]

FONT = "Helvetica"
OWN, OTHER = "#c5cae9", "#eeeeee"
PAGES = {table_of(model).name: graph.name for graph in GRAPHS for model in graph.models}
NAMES = {table_of(model).name: model.__name__ for graph in GRAPHS for model in graph.models}


def source_of(graph: Graph) -> str:
    """The diagram in Graphviz's language: key columns, and a line for each foreign key."""
    own = [table_of(model) for model in graph.models]
    others = {
        key.referred_table.name: key.referred_table
        for table in own
        for key in keys_of(table)
        if PAGES[key.referred_table.name] != graph.name
    }
    lines = [
        "digraph {",
        f'graph [rankdir=RL, ranksep=1.2, nodesep=0.15, bgcolor=white, fontname="{FONT}"]',
        f'node [shape=plain, fontname="{FONT}", fontsize=10]',
        'edge [color="#5c6bc0", arrowsize=0.6, headclip=true]',
        *(_node(table, OWN) for table in own),
        *(_node(others[name], OTHER) for name in sorted(others)),
        *(line for table in own for line in _edges(table)),
        "}",
    ]
    return "\n".join(lines)


def _node(table: Table, colour: str) -> str:
    link = f"{PAGES[table.name]}/#{table.name}"
    head = f'bgcolor="{colour}" href="{link}" target="_top"'
    rows = [
        f"<tr><td {head}><b>{NAMES[table.name]}</b></td></tr>",
        *(
            f'<tr><td align="left" port="{name}">{escape(name)}{mark}</td></tr>'
            for name, mark in _key_columns(table)
        ),
    ]
    body = "".join(rows)
    return (
        f'{table.name} [label=<<table border="0" cellborder="1" cellspacing="0" cellpadding="3" '
        f'color="#9e9e9e">{body}</table>>]'
    )


def _key_columns(table: Table) -> Iterator[tuple[str, str]]:
    referred = {
        element.column.name
        for other in GRAPHS
        for model in other.models
        for key in keys_of(table_of(model))
        if key.referred_table is table
        for element in key.elements
    }
    for column in table.columns:
        if column.primary_key or column.foreign_keys or column.name in referred:
            yield column.name, " (PK)" if column.primary_key else ""


def _edges(table: Table) -> Iterator[str]:
    for key in keys_of(table):
        for element in key.elements:
            style = ", style=dashed" if element.parent.nullable else ""
            yield (
                f"{table.name}:{element.parent.name}:w -> "
                f"{element.column.table.name}:{element.column.name}:e [arrowhead=normal{style}]"
            )
