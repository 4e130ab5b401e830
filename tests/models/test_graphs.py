"""The three graphs as a whole."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Constraint, Table

from msm import MarketsModel, MarketsTimeIndexMetaTable
from msm.base import MarketsBase
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
from tests.support.schema import FACTS

CORE = markets_sqlalchemy_models()
PORTFOLIO = portfolio_sqlalchemy_models()
PRICING = pricing_sqlalchemy_models()
EVERY: tuple[type[MarketsModel], ...] = (*CORE, *PORTFOLIO, *PRICING)
TABLES = [model.__table__ for model in EVERY if isinstance(model.__table__, Table)]


@pytest.mark.parametrize(
    ("graph", "package"), [(CORE, "msm"), (PORTFOLIO, "msm_portfolio"), (PRICING, "msm_pricing")]
)
def test_a_graph_holds_the_models_of_its_package(
    graph: Sequence[type[MarketsModel]], package: str
) -> None:
    assert len(set(graph)) == len(graph)
    assert {model.__module__.partition(".")[0] for model in graph} == {package}


def test_the_graphs_hold_every_published_table() -> None:
    kinds = {
        model.__tablename__: "time_index"
        if issubclass(model, MarketsTimeIndexMetaTable)
        else "relational"
        for model in EVERY
    }
    published = {facts["table"]: facts["kind"] for facts in FACTS}
    assert published.items() <= kinds.items()


def test_a_graph_lists_parents_before_children() -> None:
    seen: set[str] = set()
    for table in TABLES:
        seen.add(table.name)
        parents = {key.column.table.name for key in table.foreign_keys}
        assert parents <= seen, table.name


def constraints(table: Table) -> list[Constraint]:
    """The constraints with a name: the primary key of a time-indexed table is empty."""
    return [item for item in table.constraints if item is not table.primary_key or len(item)]


def test_every_name_fits_postgresql() -> None:
    names = [table.name for table in TABLES]
    names += [str(index.name) for table in TABLES for index in table.indexes]
    names += [str(item.name) for table in TABLES for item in constraints(table)]
    assert [name for name in names if len(name.encode()) > 63] == []


def test_every_constraint_has_the_name_of_the_convention() -> None:
    for table in TABLES:
        for constraint in constraints(table):
            assert str(constraint.name).startswith(("pk__", "fk__", "uq__", "ck__")), constraint


def test_every_foreign_key_says_what_a_delete_does() -> None:
    keys = [key for table in TABLES for key in table.foreign_keys]
    assert {key.ondelete for key in keys} == {"CASCADE", "RESTRICT", "SET NULL"}


def test_no_default_lives_only_in_python() -> None:
    columns = [column for table in TABLES for column in table.columns]
    assert [str(column) for column in columns if column.default or column.onupdate] == []


def test_no_table_names_the_public_schema() -> None:
    assert {table.schema for table in MarketsBase.metadata.tables.values()} == {None}
