"""Where the SDK of the test run looks for the platform."""

from collections.abc import Mapping

from tests.support.generation import GENERATION

__all__ = ["PATH", "TOKEN", "VARIABLE", "address_in", "pointed_at"]

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
