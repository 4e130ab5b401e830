"""Where the SDK of the test run looks for the platform."""

from collections.abc import Mapping

from tests.support.generation import GENERATION

__all__ = ["PATH", "TOKEN", "VARIABLE", "address_in", "found_by_asking", "pointed_at"]

VARIABLE, PATH, TOKEN = {
    "metatables": ("METATABLES_API_URL", "/metatables", "METATABLES_LOCAL_TOKEN"),
    "mainsequence8": ("MAINSEQUENCE_ENDPOINT", "", "MAINSEQUENCE_ACCESS_TOKEN"),
}[GENERATION]


def address_in(environment: Mapping[str, str]) -> str:
    """The address of the platform that an environment names."""
    return environment[VARIABLE]


def pointed_at(environment: Mapping[str, str], address: str) -> dict[str, str]:
    """The environment with another address."""
    return {**environment, VARIABLE: address}


def found_by_asking(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, where the SDK has to ask the platform for what it does not name."""
    return {name: value for name, value in environment.items() if name != "METATABLES_API_URL"}
