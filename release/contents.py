"""What the wheels and sdists hold."""

import re
import tarfile
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

__all__ = ["PACKAGES", "faults_of"]

# By distribution: the one package that its wheel installs.
PACKAGES = {
    "msm_core": "msm",
    "msm_local": "msm_local",
    "msm_migrations": "msm_migrations",
    "msm_portfolio": "msm_portfolio",
    "msm_pricing": "msm_pricing",
}

# A link that is relative to the file it stands in.
INSIDE = re.compile(r"\]\(((?!https?://)[^)]*)\)")


def faults_of(folder: Path, version: str) -> list[str]:
    """What is wrong with the distributions in a folder, in sentences; empty where nothing is.

    Args:
        folder: wheels and sdists, and nothing else that ends like one.
        version: what all of them are to carry.
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
    expected = 2 * len(PACKAGES)
    built = [*folder.glob("*.whl"), *folder.glob("*.tar.gz")]
    if len(built) > expected:
        found.append(f"{folder} holds {len(built)} distributions, not {expected}.")
    return found


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
    description = str(metadata.get_payload())
    if not description.strip():
        yield "has no description"
    for link in INSIDE.findall(description):
        yield f"is described with the link {link}, which leads nowhere outside of the repository"
    for requirement in metadata.get_all("Requires-Dist", []):
        name, _, rest = requirement.partition("==")
        if name.replace("-", "_") in PACKAGES and rest != version:
            yield f"requires {requirement}, not {name}=={version}"


def _sdist(sdist: Path) -> Iterator[str]:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("pyproject.toml", "README.md", "LICENSE", "PKG-INFO"):
        if needed not in names:
            yield f"lacks {needed}"
    for name in names:
        if name.startswith((".", "tests", "docs", "dist")) and name != ".gitignore":
            yield f"holds {name}"
