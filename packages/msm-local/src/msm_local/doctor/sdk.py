"""Check which generation of the SDK is installed beside msm-core; neither is imported."""

from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from msm_local.client.sdk_command import INSTALL
from msm_local.doctor.finding import Finding, bad, good

__all__ = ["check_sdk"]

CORE = "msm-core"
# Both generations have this distribution; today's has the tables in one of its own.
SDK = "mainsequence"
TABLES = "mainsequence-metatable"
# The published distribution installs a package of the same name as ours.
PUBLISHED = "ms-markets"


def check_sdk() -> Finding:
    """Whether one generation of the SDK fits msm-core; msm-local itself needs neither."""
    if _version(CORE) is None:
        return bad("sdk", f"{CORE} is not installed", f"install {CORE} (`./dev sync`)")
    published = next((found.version for found in metadata.distributions(name=PUBLISHED)), None)
    if published is not None:
        remedy = f"run `pip uninstall {PUBLISHED}`, then `pip install --force-reinstall {CORE}`"
        return bad("sdk", f"{PUBLISHED} {published} overwrites the package msm", remedy)
    sdk, tables = _version(SDK), _version(TABLES)
    if sdk is None:
        remedy = f"run {INSTALL}, or in a checkout `./dev sync`"
        return bad("sdk", f"{SDK} is not installed", remedy)
    old = _needed("mainsequence8")[SDK]
    if tables is None:
        return _check_alone(sdk, old)
    if sdk in old:
        return bad(
            "sdk",
            f"{SDK} {sdk} and {TABLES} {tables}, two generations of one SDK",
            f"run {INSTALL}, or `pip uninstall {TABLES}` for SDK 8",
        )
    needed = _needed("metatables")
    if sdk in needed[SDK] and tables in needed[TABLES]:
        return good("sdk", f"metatables ({TABLES} {tables}, {SDK} {sdk})")
    wanted = f"{SDK} {needed[SDK]} with {TABLES} {needed[TABLES]}"
    found = f"{SDK} {sdk} with {TABLES} {tables}, but {CORE} needs {wanted}"
    return bad("sdk", found, f"run {INSTALL}")


def _check_alone(sdk: str, old: SpecifierSet) -> Finding:
    """A ``mainsequence`` that has the tables itself, or that lacks them."""
    if sdk in old:
        return good("sdk", f"SDK 8 ({SDK} {sdk})")
    if sdk in _needed("metatables")[SDK]:
        return bad("sdk", f"{SDK} {sdk} without {TABLES}", f"run {INSTALL}")
    found = f"{SDK} {sdk}, but {CORE} needs {SDK} {old}, or a newer one with {TABLES}"
    return bad("sdk", found, f'run {INSTALL}, or `pip install "{SDK}{old}"` for SDK 8')


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _needed(extra: str) -> dict[str, SpecifierSet]:
    """The versions that msm-core needs with an extra, by distribution."""
    requirements = map(Requirement, metadata.requires(CORE) or [])
    return {
        item.name: item.specifier
        for item in requirements
        if item.marker is not None and item.marker.evaluate({"extra": extra})
    }
