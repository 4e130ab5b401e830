"""The roles of the tables in ``docs/scale.md``: on which nodes the rows of each one are.

A rule decides that reads nothing but the models. A time-indexed table is distributed by one column,
which every unique key has to contain. What such a table refers to is replicated to every node, with
what that refers to. All other tables are local to one node.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Table

from msm import MarketsModel, MarketsTimeIndexMetaTable
from msm.definition import keys_without_time

from .schema.graphs import GRAPHS, keys_of, table_of

__all__ = ["LOCAL", "REPLICATED", "distribution_column", "pages", "roles"]

PAGE = "scale.md"
TABLE = re.compile(r"(<!-- roles of tables -->\n).*?(<!-- end -->)", re.DOTALL)
REPLICATED, LOCAL = "replicated", "local"
MODELS = [model for graph in GRAPHS for model in graph.models]
GRAPH_OF = {table_of(model).name: graph.name for graph in GRAPHS for model in graph.models}


def pages(docs: Path) -> dict[str, str]:
    """The page with its table as the models are now; the prose is written by hand."""
    prose = (docs / PAGE).read_text(encoding="utf-8")
    table = "\n".join(_lines(roles(MODELS)))
    return {PAGE: TABLE.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", prose)}


def roles(models: Sequence[type[MarketsModel]]) -> dict[str, str]:
    """The role of each table, by its name: ``distributed by`` a column, replicated, or local.

    Args:
        models: with every model that they refer to.

    Raises:
        ValueError: the rows of a time-indexed table cannot be distributed.
    """
    distributed = {
        table_of(model).name: distribution_column(model)
        for model in models
        if issubclass(model, MarketsTimeIndexMetaTable)
    }
    tables = {table_of(model).name: table_of(model) for model in models}
    replicated: set[str] = set()
    wanted = [target for name in distributed for target in _targets(tables[name])]
    while wanted:
        name = wanted.pop()
        if name in distributed:
            raise ValueError(f"{name} is distributed, and another table refers to it")
        if name not in replicated:
            replicated.add(name)
            wanted += _targets(tables[name])
    return {
        name: f"distributed by `{distributed[name]}`"
        if name in distributed
        else REPLICATED
        if name in replicated
        else LOCAL
        for name in tables
    }


def distribution_column(model: type[MarketsTimeIndexMetaTable]) -> str:
    """The column by which the rows of a time-indexed model are spread over nodes.

    It is the first identity dimension with a foreign key, so that what belongs to one account or
    portfolio stays together; without such a one it is the first dimension.

    Raises:
        ValueError: the model has no dimension, or the column is not in every unique key.
    """
    table = table_of(model)
    dimensions = list(model.__identity_dimensions__)
    if not dimensions:
        raise ValueError(f"{table.name} has no identity dimension to be distributed by")
    column = next((name for name in dimensions if table.c[name].foreign_keys), dimensions[0])
    for name, _ in keys_without_time(table, column):
        raise ValueError(f"{name} of {table.name} is unique without {column}")
    return column


def _targets(table: Table) -> list[str]:
    return [key.referred_table.name for key in keys_of(table) if key.referred_table is not table]


def _lines(found: Mapping[str, str]) -> Iterator[str]:
    yield "| table | role | refers to |"
    yield "|---|---|---|"
    for model in sorted(MODELS, key=lambda model: (found[table_of(model).name], model.__name__)):
        table = table_of(model)
        link = f"[{model.__name__}](schema/{GRAPH_OF[table.name]}.md#{table.name})"
        targets = sorted({target.removeprefix("ms_markets__") for target in _targets(table)})
        yield f"| {link} | {found[table.name]} | {', '.join(targets)} |"
