"""Check which generation of the SDK is installed beside msm-core; neither is imported."""

import csv
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from msm_local.client.sdk_command import INSTALL
from msm_local.doctor.finding import Finding, bad, good

__all__ = ["check_sdk"]

CORE = "msm-core"
# Both generations have this distribution; today's has the tables in one of its own.
SDK = "mainsequence"
TABLES = "mainsequence-metatable"
# The published distribution installs packages of the same names as ours, and takes them away.
PUBLISHED = "ms-markets"
OURS = (CORE, "msm-migrations", "msm-portfolio", "msm-pricing")


def check_sdk() -> Finding:
    """Whether one generation of the SDK fits msm-core; msm-local itself needs neither."""
    if _version(CORE) is None:
        return bad("sdk", f"{CORE} is not installed", f"install {CORE} (`./dev sync`)")
    damage = _damage()
    if damage is not None:
        return damage
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


def _damage() -> Finding | None:
    """What the published distribution does to ours, or has left of them; None without a problem."""
    found = {name: list(metadata.distributions(name=name)) for name in (*OURS, PUBLISHED)}
    damaged = " ".join(name for name in OURS if found[name])
    reinstall = f"`pip install --force-reinstall --no-deps {damaged}`"
    for published in found[PUBLISHED]:
        return bad(
            "sdk",
            f"{PUBLISHED} {published.version} and {CORE} both install a package named msm and "
            "overwrite each other",
            f"run `pip uninstall {PUBLISHED}`, then {reinstall}",
        )
    for ours in (distribution for name in OURS for distribution in found[name]):
        # Not `files`, which leaves out what does not exist.
        recorded = csv.reader((ours.read_text("RECORD") or "").splitlines())
        missing = [name for name, *_ in recorded if not Path(str(ours.locate_file(name))).exists()]
        # Python makes its bytecode again, and pip records it.
        sources = [name for name in missing if not name.endswith(".pyc")]
        if sources:
            return bad(
                "sdk", f"{len(sources)} file(s) of {ours.name} are missing", f"run {reinstall}"
            )
    return None


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
