"""The rule of docs/scale.md: which column spreads a table over nodes, and what goes to each."""

import datetime
from typing import Any

import pytest
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from generated_pages.scale import LOCAL, MODELS, REPLICATED, distribution_column, roles
from generated_pages.schema.graphs import keys_of, table_of
from msm import MarketsTimeIndexMetaTable
from msm.models import Asset, OrderEventsTS
from tests.models.defining import time_indexed

FOUND = roles(MODELS)


def quote(*rules: Any, **attributes: Any) -> type[MarketsTimeIndexMetaTable]:
    settings = {
        "__identity_dimensions__": ("venue", "asset_identifier"),
        "__table_args__": rules,
        **attributes,
    }
    model = time_indexed(
        settings,
        time_index=Mapped[datetime.datetime],
        venue=Mapped[str],
        asset_identifier=Mapped[str],
        **({"event": Mapped[str]} if "event" in attributes else {}),
    )
    assert issubclass(model, MarketsTimeIndexMetaTable)
    return model


def test_every_time_indexed_table_can_be_distributed() -> None:
    for model in MODELS:
        role = FOUND[table_of(model).name]
        expected = issubclass(model, MarketsTimeIndexMetaTable)
        assert role.startswith("distributed by ") == expected
        assert expected or role in {REPLICATED, LOCAL}
    assert len(FOUND) == len(MODELS)


def test_whatever_a_replicated_table_needs_is_replicated() -> None:
    for model in MODELS:
        table = table_of(model)
        targets = {key.referred_table.name for key in keys_of(table)}
        if FOUND[table.name] != LOCAL:
            assert {FOUND[target] for target in targets} <= {REPLICATED}


def test_a_dimension_with_a_foreign_key_is_preferred() -> None:
    refers = mapped_column(ForeignKey(Asset.unique_identifier))
    assert distribution_column(quote(asset_identifier=refers)) == "asset_identifier"


def test_without_a_foreign_key_the_first_is_taken() -> None:
    assert distribution_column(quote()) == "venue"


def test_a_unique_key_without_the_column_is_found() -> None:
    model = quote(UniqueConstraint("time_index", "asset_identifier"))
    with pytest.raises(ValueError, match="is unique without venue"):
        distribution_column(model)


def test_a_reference_to_a_distributed_table_is_found() -> None:
    model = quote(event=mapped_column(ForeignKey(OrderEventsTS.order_identifier)))
    with pytest.raises(ValueError, match="is distributed, and another table refers to it"):
        roles([*MODELS, model])
