"""Check the contents of the wheels and sdists."""

import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["PACKAGES", "faults_of", "strays_of"]

# By distribution: the only package that its wheel installs. A second one would overwrite files of
# another distribution.
PACKAGES = {
    "msm_core": "msm",
    "msm_local": "msm_local",
    "msm_migrations": "msm_migrations",
    "msm_portfolio": "msm_portfolio",
    "msm_pricing": "msm_pricing",
}
# Files that hatchling adds to an sdist, so Git does not track them there.
MADE = {"PKG-INFO", ".gitignore"}
STATED = ("Summary", "License-Expression", "Requires-Python")

# A link relative to the README. On the page of a package index it leads nowhere.
INSIDE = re.compile(r"\]\(((?!https?://)[^)]*)\)")


def faults_of(folder: Path, version: str) -> list[str]:
    """What is wrong with the distributions in a folder, one sentence each; empty if nothing is.

    Args:
        folder: the wheels and sdists, and no others.
        version: the version that all of them must have.
    """
    found = []
    for distribution, package in PACKAGES.items():
        wheel = folder / f"{distribution}-{version}-py3-none-any.whl"
        sdist = folder / f"{distribution}-{version}.tar.gz"
        found += [f"{file.name} is missing." for file in (wheel, sdist) if not file.exists()]
        if wheel.exists():
            found += [f"{wheel.name} {fault}." for fault in _wheel(wheel, package, version)]
        if sdist.exists():
            found += [f"{sdist.name} {fault}." for fault in _sdist(sdist)]
    # An old build in the same folder would be uploaded together with this one.
    expected = 2 * len(PACKAGES)
    built = [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]
    if len(built) > expected:
        found.append(f"{folder} holds {len(built)} distributions, not {expected}.")
    return found


def strays_of(folder: Path, version: str, root: Path) -> list[str]:
    """Files in the distributions that Git does not track, one sentence each.

    A build takes every file next to the modules of a package, also a backup of an editor, or the
    revisions of a namespace that somebody tried.

    Args:
        folder: every wheel and sdist.
        version: the version of all of them.
        root: the checkout that they were built from; without Git nothing is checked.
    """
    if not (root / ".git").exists():
        return []
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True
    )
    # Separated by NUL: Git quotes names with spaces or umlauts otherwise.
    tracked = set(listed.stdout.split("\0"))
    found = []
    for distribution, package in PACKAGES.items():
        place, source = f"packages/{distribution.replace('_', '-')}/", f"src/{package}/"
        # The wheel renames this package, so its path in the checkout is another one.
        if package == "msm_migrations":
            place, source = "", "migrations/"
        wheel = folder / f"{distribution}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel) as archive:
            inside = [name for name in archive.namelist() if name.startswith(f"{package}/")]
        files = {name: place + source + name.partition("/")[2] for name in inside}
        found += [_stray(wheel, name) for name in inside if files[name] not in tracked]
        sdist = folder / f"{distribution}-{version}.tar.gz"
        with tarfile.open(sdist) as archive_of_sources:
            names = [name.partition("/")[2] for name in archive_of_sources.getnames()]
        found += [
            _stray(sdist, name)
            for name in names
            if place + name not in tracked and name not in MADE
        ]
    return found


def _stray(distribution: Path, name: str) -> str:
    return f"{distribution.name} holds {name}, which Git does not track; add it, or remove it."


def _wheel(wheel: Path, package: str, version: str) -> Iterator[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        information = f"{wheel.name.partition('-py3')[0]}.dist-info"
        tops = {name.partition("/")[0] for name in names}
        if tops != {package, information}:
            yield f"installs {', '.join(sorted(tops - {information}))}, not {package} alone"
        for needed in (f"{package}/py.typed", f"{information}/licenses/LICENSE"):
            if needed not in names:
                yield f"lacks {needed}"
        if any("__pycache__" in name for name in names):
            yield "holds bytecode"
        metadata = message_from_bytes(archive.read(f"{information}/METADATA"))
    yield from (f"states no {field}" for field in STATED if field not in metadata)
    description = str(metadata.get_payload())
    if not description.strip():
        yield "has no description"
    for link in INSIDE.findall(description):
        yield f"has the link {link} in its description, which is broken outside the repository"
    # Siblings are released together and only tested together, so each pins the others exactly.
    for requirement in metadata.get_all("Requires-Dist", []):
        wanted = Requirement(requirement)
        sibling = canonicalize_name(wanted.name).replace("-", "_") in PACKAGES
        if sibling and str(wanted.specifier) != f"=={version}":
            yield f"requires {requirement}, not {wanted.name}=={version}"


def _sdist(sdist: Path) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "PKG-INFO"):
        if needed not in names:
            yield f"lacks {needed}"
    for name in names:
        if name.startswith((".", "tests", "docs", "dist")) and name != ".gitignore":
            yield f"holds {name}"
