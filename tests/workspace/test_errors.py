"""Every error of every package leaves its process whole."""

import copy
import importlib
import inspect
import multiprocessing
import pickle
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import migrations
import msm
import msm_local
import msm_portfolio
import msm_pricing
from migrations.errors import DatabaseSession, MigrationError
from migrations.provider import MarketsMigration
from msm.errors import AttachProblem, InvalidRowsError, MsmError, PartlyWrittenError, RowFault
from msm.models import Asset
from msm_local.errors import MsmLocalError

# Modules that run something when they are imported, or belong to the other SDK.
NOT_IMPORTED = ("__main__", "env", "versions", "mainsequence8", "metatables")
SAMPLES: Mapping[Any, Any] = {
    str: "a fact",
    int: 7,
    bool: True,
    float: 1.5,
    object: b"anything",
    Any: b"anything",
    type: Asset,
    Path: Path("a", "file.py"),
    range: range(3, 9),
    MsmError: MsmError("the cause"),
    MarketsMigration: migrations.migration,
    DatabaseSession: DatabaseSession(4711, "psql"),
    AttachProblem: AttachProblem("Asset", "ms_markets__asset", "missing", "not in the catalog"),
    RowFault: RowFault(3, "uid", {"a": [1]}, "expected a UUID"),
}


def modules() -> Iterator[ModuleType]:
    for package in (msm, msm_portfolio, msm_pricing, msm_local, migrations):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            parts = found.name.split(".")
            if not any(part.startswith(NOT_IMPORTED) for part in parts):
                yield importlib.import_module(found.name)


def errors() -> list[type[Exception]]:
    for _ in modules():
        pass
    found = [MsmError, MsmLocalError]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found]
    return found


def sample(annotation: Any) -> Any:
    """A value of a type."""
    if annotation in SAMPLES:
        return SAMPLES[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is UnionType:
        return sample(next(kind for kind in arguments if kind is not NoneType))
    if origin in {Sequence, list, tuple}:
        return [sample(arguments[0])]
    assert origin is Mapping, annotation
    return {sample(arguments[0]): sample(arguments[1])}


def example(kind: type[Exception]) -> Exception:
    if not inspect.isfunction(kind.__init__):
        return kind("What is wrong; what to do.")
    parameters = inspect.signature(kind).parameters.values()
    hints = get_type_hints(kind.__init__)
    positional = [sample(hints[one.name]) for one in parameters if one.kind != one.KEYWORD_ONLY]
    named = {
        one.name: sample(hints[one.name]) for one in parameters if one.kind == one.KEYWORD_ONLY
    }
    return kind(*positional, **named)


def pickled(error: Exception) -> Any:
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - it was just made


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
def test_every_error_is_copied_with_its_facts(again: Callable[[Exception], Exception]) -> None:
    kinds = errors()
    assert len(kinds) > 100
    for kind in kinds:
        error = example(kind)
        error.add_note("a note")
        other = again(error)
        assert type(other) is kind
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))
        if isinstance(error, MigrationError):
            assert isinstance(other, MigrationError)
            assert other.code == error.code
        if isinstance(error, ImportError):
            assert isinstance(other, ImportError)
            assert other.msg == error.msg


def fail() -> None:
    cause = InvalidRowsError(Asset, "upsert", [RowFault(0, "uid", "x", "expected a UUID")])
    raise PartlyWrittenError(
        Asset, "upsert", cause, written=[range(2)], failed=[range(2, 4)]
    ) from cause


@pytest.mark.slow
def test_an_error_leaves_a_worker_of_a_pool() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        task = pool.apply_async(fail)
        with pytest.raises(PartlyWrittenError, match="rows 2 to 3") as raised:
            task.get(60)
    assert raised.value.written == (range(2),)


def test_a_cause_of_ours_is_copied_too() -> None:
    with pytest.raises(PartlyWrittenError) as raised:
        fail()
    other = pickled(raised.value)
    assert vars(other.__cause__) == vars(raised.value.__cause__)
