"""Which generation of the Main Sequence SDK is installed; found without importing it."""

from importlib import metadata
from typing import Literal

__all__ = ["GENERATION", "Generation", "installed_version"]

type Generation = Literal["metatables", "mainsequence8"]


def installed_version(distribution: str) -> str | None:
    """The version of an installed distribution; None where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


# Both generations have the distribution mainsequence; today's has the tables in one of its own.
GENERATION: Generation = (
    "mainsequence8" if installed_version("mainsequence-metatable") is None else "metatables"
)
