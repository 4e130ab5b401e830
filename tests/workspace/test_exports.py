"""The public names of each package."""

import ast
import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

import msm.errors
import msm.models
import msm.sdk
import msm.sdk.migrations
from msm.errors import MsmError

FLAGS = re.MULTILINE | re.DOTALL


@pytest.mark.parametrize(
    "name",
    [
        "msm",
        "msm.errors",
        "msm.models",
        "msm.sdk",
        "msm.sdk.migrations",
        "msm.types",
        "msm_portfolio",
        "msm_pricing",
    ],
)
def test_all_is_sorted_and_complete(name: str) -> None:
    module = importlib.import_module(name)
    exported: list[str] = module.__all__
    assert [entry for entry in exported if entry not in vars(module)] == []
    constants = [entry for entry in exported if entry.isupper()]
    classes = [entry for entry in exported if entry[0].isupper() and not entry.isupper()]
    rest = [entry for entry in exported if not entry[0].isupper()]
    natural = name == "msm.types"  # In order of length: Str100 after Str64.
    assert natural or exported == [*sorted(constants), *sorted(classes), *sorted(rest)]


@pytest.mark.parametrize(("module", "suffix"), [(msm.sdk, ""), (msm.sdk.migrations, "_migrations")])
def test_both_adapters_export_the_same(module: ModuleType, suffix: str) -> None:
    folder = Path(msm.sdk.__path__[0])
    texts = {
        sdk: (folder / f"{sdk}{suffix}.py").read_text("utf-8")
        for sdk in ("mainsequence8", "metatables")
    }
    exported = {
        sdk: re.findall(r"^__all__ = (\[.+?^\])", text, FLAGS) for sdk, text in texts.items()
    }
    assert [ast.literal_eval(names) for names in exported["metatables"]] == [module.__all__]
    assert exported["mainsequence8"] == exported["metatables"]


def test_every_public_error_is_in_the_tree() -> None:
    errors = [
        item
        for item in vars(msm.errors).values()
        if inspect.isclass(item) and issubclass(item, Exception)
    ]
    assert len(errors) > 10
    for error in errors:
        assert issubclass(error, MsmError)
        assert error.__name__ in (msm.errors.__doc__ or "")
        assert error.__name__ in msm.errors.__all__


def test_every_model_is_exported_under_its_own_name() -> None:
    graph = msm.models.markets_sqlalchemy_models()
    assert {model.__name__ for model in graph} <= set(msm.models.__all__)
