"""The folders of a package, on the floors that the contracts in pyproject.toml give them."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp
from importlinter import api

__all__ = ["PACKAGES", "Floors", "floors_of"]

ROOT = Path(__file__).parents[2]
# Those with folders; msm_portfolio and msm_pricing hold models alone.
PACKAGES = {
    "msm": ROOT / "packages/msm-core/src/msm",
    "migrations": ROOT / "migrations",
    "msm_local": ROOT / "packages/msm-local/src/msm_local",
}


@dataclass(frozen=True, slots=True)
class Floors:
    """One package.

    Attributes:
        package: its name.
        floors: its folders and modules, the highest floor first.
        imports: which others of the package each of them imports.
        summaries: the first line of the docstring of each.
    """

    package: str
    floors: Sequence[Sequence[str]]
    imports: Mapping[str, frozenset[str]]
    summaries: Mapping[str, str]


@cache
def floors_of(package: str) -> Floors:
    """Read the floors of a package from its contract, and the imports from its source."""
    [contract] = [
        each
        for each in api.read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
        if each.get("containers") == [package]
    ]
    floors = [re.split(r"\s*[|:]\s*", floor) for floor in contract["layers"]]
    names = [name for floor in floors for name in floor]
    graph = grimp.build_graph(package, cache_dir=None)
    imports = {name: frozenset[str]() for name in names}
    for name in names:
        module = f"{package}.{name}"
        if graph.find_children(module):
            graph.squash_module(module)
    for name in names:
        found = graph.find_modules_directly_imported_by(f"{package}.{name}")
        imports[name] = frozenset(
            other for other in names if other != name and f"{package}.{other}" in found
        )
    return Floors(package, floors, imports, {name: _summary(package, name) for name in names})


def _summary(package: str, name: str) -> str:
    place = PACKAGES[package] / name
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    assert docstring is not None  # noqa: S101 - ruff's D100 and D104 refuse a module without one
    return docstring.partition("\n")[0]
