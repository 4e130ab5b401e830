"""Which generation of the SDK the tests run with, and its names for what both have."""

from importlib import import_module
from typing import Any, Literal

import pytest

from msm.generation import GENERATION

__all__ = ["GENERATION", "PROGRAM", "module_of", "only_mainsequence8", "only_metatables", "sdk"]

type Part = Literal["cli", "migrations", "models", "names"]

only_metatables = pytest.mark.skipif(
    GENERATION != "metatables", reason="concerns the SDK metatables"
)
only_mainsequence8 = pytest.mark.skipif(GENERATION != "mainsequence8", reason="concerns SDK 8")

# The program whose subcommand `migrations` runs migrations.
PROGRAM = {"metatables": "metatables", "mainsequence8": "mainsequence"}[GENERATION]

_MODULES: dict[str, dict[Part, str]] = {
    "metatables": {
        "cli": "metatables.cli.app",
        "migrations": "metatables.migrations",
        "models": "metatables.models",
        "names": "metatables.schema_names",
    },
    "mainsequence8": {
        "cli": "mainsequence.cli.cli",
        "migrations": "mainsequence.meta_tables.migrations",
        "models": "mainsequence.client.metatables",
        "names": "mainsequence.meta_tables",
    },
}


def module_of(part: Part) -> str:
    """The name of a module of the SDK."""
    return _MODULES[GENERATION][part]


def sdk(part: Part) -> Any:
    """A module of the SDK, for what msm.sdk does not pass on: ``sdk("cli").app``."""
    return import_module(module_of(part))
