"""The one version of all distributions: the root's, which members, pins and examples repeat."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["set_version", "version_faults", "version_of"]

UNRELEASED = "## [Unreleased]"
RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$")
KINDS = {"### Added", "### Changed", "### Deprecated", "### Removed", "### Fixed", "### Security"}
# A project's own version, or a sibling's pin.
STATED = re.compile(r'^(version = "|\s+"msm-\w+==)(?P<version>[^"]+)(?=")', re.MULTILINE)
# What an example project, which has a version of its own, takes of ours.
TAKEN = re.compile(r'("msm-\w+==)(?P<version>[^"]+)(?=")')


def version_of(root: Path) -> str:
    """The version that the workspace is at."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def version_faults(root: Path) -> list[str]:
    """Where another version is stated, and what is wrong with the changelog, in sentences."""
    version = version_of(root)
    found = [
        f"{file.relative_to(root)} states {found['version']}, and not {wanted}."
        for file, pattern, wanted in _places(root, version)
        for found in pattern.finditer(file.read_text(encoding="utf-8"))
        if found["version"] != wanted
    ]
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith("## ")]
    if heads[:1] != [UNRELEASED]:
        found.append(f"CHANGELOG.md does not begin with {UNRELEASED!r}.")
    found += [
        f"CHANGELOG.md has {line!r}, which is no '## [1.2.3] - 2026-01-31'."
        for line in heads[1:]
        if not RELEASE.match(line)
    ]
    released = [release[1] for release in map(RELEASE.match, heads) if release]
    if released and released[0] != version:
        found.append(f"CHANGELOG.md has {released[0]} for the newest, and not {version}.")
    found += [
        f"CHANGELOG.md has {line!r}, which is none of {', '.join(sorted(KINDS))}."
        for line in lines
        if line.startswith("### ") and line not in KINDS
    ]
    return found


def set_version(root: Path, version: str, day: str) -> None:
    """State a new version everywhere, and head what is unreleased with it.

    Args:
        root: of the workspace.
        version: the new one.
        day: of the release, such as ``2026-01-31``.
    """
    for file, pattern, wanted in _places(root, version):
        text = file.read_text(encoding="utf-8")
        file.write_text(pattern.sub(rf"\g<1>{wanted}", text), encoding="utf-8")
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    head = f"{UNRELEASED}\n\n## [{version}] - {day}"
    changelog.write_text(text.replace(UNRELEASED, head, 1), encoding="utf-8")


def _places(root: Path, version: str) -> Iterator[tuple[Path, re.Pattern[str], str]]:
    """Every file that a version stands in, how it stands there, and what it is to say."""
    for file in (root / "pyproject.toml", *sorted(root.glob("packages/*/pyproject.toml"))):
        yield file, STATED, version
    for file in sorted(root.glob("examples/*/pyproject.toml")):
        yield file, TAKEN, f"{version.rpartition('.')[0]}.*"
