"""A module of models that is loaded again replaces its classes."""

import importlib
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import msm
from msm.base import MarketsBase
from msm.errors import ModelDefinitionError
from msm.models import AssetType
from tests.support.forked import value_of

MODULE = '''
from msm.base import MarketsMetaTable
from msm.types import UuidKey
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
import uuid

class AcmeMetaTable(MarketsMetaTable):
    __abstract__ = True
    __application__ = "acme"
{more}
class Venue(AcmeMetaTable):
    """A venue."""
    uid: Mapped[UuidKey]

class Quote(AcmeMetaTable):
    """A quote."""
    uid: Mapped[UuidKey]
    venue_uid: Mapped[uuid.UUID] = mapped_column(ForeignKey(Venue.uid, ondelete="CASCADE"))
    {column}: Mapped[float]
'''
TWICE = (
    MODULE
    + '''
class Quote(AcmeMetaTable):
    """Another quote."""
    uid: Mapped[UuidKey]
'''
)


def load(folder: str) -> list[Any]:
    path = Path(folder, "reloaded_models.py")
    path.write_text(MODULE.format(more="", column="bid"))
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    module = importlib.import_module("reloaded_models")
    old = module.Quote
    found = []
    for more in ("", "\n# A line more.\n"):
        path.write_text(MODULE.format(more=more, column="ask"))
        importlib.invalidate_caches()
        importlib.reload(module)
        assert module.Quote is not old
        MarketsBase.registry.configure()
        quote = module.Quote(ask=1.0)
        found.append(
            (
                MarketsBase.model_of("acme__quote") is module.Quote,
                sorted(module.Quote.__table__.c.keys()),
                [model.__name__ for model in MarketsBase.models()].count("Quote"),
                str(select(module.Quote.ask)),
                quote.ask,
            )
        )
    return found


def test_a_reloaded_module_replaces_its_models(
    tmp_path: Path, shared_environment: Mapping[str, str]
) -> None:
    expected = (
        True,
        ["ask", "uid", "venue_uid"],
        1,
        "SELECT acme__quote.ask \nFROM acme__quote",
        1.0,
    )
    assert value_of(load, str(tmp_path), environment=shared_environment) == [expected] * 2


def run_twice(folder: str) -> list[str]:
    path = Path(folder, "streamlit_app.py")
    said = []
    for code in (MODULE, MODULE, TWICE):
        path.write_text(code.format(more="", column="bid"))
        try:
            said.append(str(runpy.run_path(str(path), run_name="__main__")["Quote"].__table__))
        except ModelDefinitionError as error:
            said.append(str(error))
    return said


def test_a_script_runs_again_with_its_models(
    tmp_path: Path, shared_environment: Mapping[str, str]
) -> None:
    """But the second class of a name, in one run, is a mistake."""
    first, second, twice = value_of(run_twice, str(tmp_path), environment=shared_environment)
    assert first == second == "acme__quote"
    assert "which belongs to __main__.Quote" in twice


def define_twice(folder: str) -> str:
    Path(folder, "defined_twice.py").write_text(TWICE.format(more="", column="bid"))
    sys.path.insert(0, folder)
    with pytest.raises(ModelDefinitionError) as caught:
        importlib.import_module("defined_twice")
    return str(caught.value)


def test_a_module_cannot_define_a_model_twice(
    tmp_path: Path, shared_environment: Mapping[str, str]
) -> None:
    said = value_of(define_twice, str(tmp_path), environment=shared_environment)
    assert "which belongs to defined_twice.Quote" in said


def write_after_reload() -> list[int]:
    runtime = msm.start_engine([AssetType])
    module = importlib.reload(sys.modules[AssetType.__module__])
    again = module.AssetType
    assert again is not AssetType
    row = {"asset_type": "reloaded"}
    counts = [runtime.upsert(again, [row])]
    attached = msm.start_engine([again])
    counts.append(attached.upsert(again, [again(**row)]))
    counts.append(attached.delete(again, [row]))
    return counts


def test_a_reloaded_model_is_attached_again(shared_environment: Mapping[str, str]) -> None:
    assert value_of(write_after_reload, environment=shared_environment) == [1, 0, 1]
