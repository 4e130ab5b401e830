"""Each model is in the provider exactly once, and an error names both models."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import msm.models
from migrations import MarketsAlembicVersion, migration
from migrations.registry import (
    assert_all_listed,
    assert_each_once,
    assert_parents_first,
    metatable_provider_models,
)
from msm.errors import ModelGraphError
from msm.models import Asset, AssetType, Issuer, markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models


@pytest.fixture
def renamed() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_the_provider_carries_the_three_graphs_core_first() -> None:
    graphs = markets_sqlalchemy_models, portfolio_sqlalchemy_models, pricing_sqlalchemy_models
    expected = [model for graph in graphs for model in graph()]
    assert metatable_provider_models() == expected
    assert list(migration.metatable_models) == expected


def test_the_version_table_is_authored_without_a_schema() -> None:
    assert MarketsAlembicVersion.__alembic_version_schema__ is None
    assert migration.version_table == "ms_markets__alembic_version"
    assert migration.migration_provider_key == "msm:mainsequence.markets"


def test_a_model_that_nobody_imports_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "forgotten.py").write_text("raise LookupError('imported')", encoding="utf-8")
    monkeypatch.setattr(msm.models, "__path__", [*msm.models.__path__, str(tmp_path)])
    with pytest.raises(LookupError, match="imported"):
        metatable_provider_models()


def appears_twice(what: str, other: type) -> str:
    """The whole sentence about Asset and another class."""
    first, second = inspect.getfile(Asset), inspect.getfile(other)
    name = f"{other.__module__}.{other.__name__}"
    return (
        f"The {what} appears twice in the migration provider: as msm.models.assets.asset.Asset in "
        f"{first} and as {name} in {second}; list it in one graph only."
    )


def test_a_class_listed_twice_is_refused() -> None:
    with pytest.raises(ModelGraphError) as caught:
        assert_each_once([Asset, Issuer, Asset])
    assert str(caught.value) == appears_twice("class msm.models.assets.asset.Asset", Asset)


def test_model_identifier_of_two_classes_is_refused(
    renamed: pytest.MonkeyPatch,
) -> None:
    renamed.setattr(Issuer, "__metatable_identifier__", "Asset")
    with pytest.raises(ModelGraphError) as caught:
        assert_each_once([Asset, AssetType, Issuer])
    assert str(caught.value) == appears_twice("model identifier 'Asset'", Issuer)


def test_table_of_two_classes_is_refused(renamed: pytest.MonkeyPatch) -> None:
    renamed.setattr(Issuer, "__tablename__", "ms_markets__asset")
    with pytest.raises(ModelGraphError) as caught:
        assert_each_once([Asset, AssetType, Issuer])
    assert str(caught.value) == appears_twice("table 'ms_markets__asset'", Issuer)


def test_a_mapped_class_in_no_graph_is_refused() -> None:
    """Autogenerate would drop its table."""
    listed = [model for model in metatable_provider_models() if model is not Issuer]
    with pytest.raises(ModelGraphError) as caught:
        assert_all_listed(listed)
    assert caught.value.models == ("msm.models.issuers.Issuer",)
    assert str(caught.value) == (
        "msm.models.issuers.Issuer: mapped on MarketsBase but in no graph; add it to the "
        "*_sqlalchemy_models() of its package."
    )


def test_model_before_one_it_refers_to_is_refused() -> None:
    portfolio, core = portfolio_sqlalchemy_models(), markets_sqlalchemy_models()
    with pytest.raises(ModelGraphError) as caught:
        assert_parents_first([*portfolio, *core])
    child, parent = caught.value.models
    assert child.startswith("msm_portfolio.models.")
    assert parent.startswith("msm.models.")
    key = str(caught.value).partition(" refers to ")[0]
    assert str(caught.value) == (
        f"{key} refers to {parent}, which is listed after it; list that first, or, if it is in a "
        "package that this one does not depend on, move one of the models."
    )
    assert key.startswith(f"{child}.")
