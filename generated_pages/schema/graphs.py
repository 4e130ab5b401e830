"""The three model graphs, as what a page is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKeyConstraint, Table

from msm import MarketsModel
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models

__all__ = ["GRAPHS", "Graph", "area_of", "keys_of", "table_of"]


@dataclass(frozen=True, slots=True)
class Graph:
    """The models of one package.

    Attributes:
        name: of the page, such as ``core``.
        distribution: what is installed.
        package: what is imported.
        models: its own models, in the order of its graph.
    """

    name: str
    distribution: str
    package: str
    models: Sequence[type[MarketsModel]]


GRAPHS = [
    Graph("core", "msm-core", "msm", markets_sqlalchemy_models()),
    Graph("portfolio", "msm-portfolio", "msm_portfolio", portfolio_sqlalchemy_models()),
    Graph("pricing", "msm-pricing", "msm_pricing", pricing_sqlalchemy_models()),
]


def table_of(model: type[MarketsModel]) -> Table:
    """The table that a model maps."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every markets model maps a table
    return table


def area_of(model: type[MarketsModel]) -> str:
    """The part of the package that a model belongs to, such as ``assets``."""
    return model.__module__.split(".models.")[1].partition(".")[0]


def keys_of(table: Table) -> list[ForeignKeyConstraint]:
    """The foreign keys of a table, by its columns."""
    keys = table.foreign_key_constraints
    return sorted(keys, key=lambda key: list(key.column_keys))
