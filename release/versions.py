"""The one version of all distributions: the root has it; members, pins and examples repeat it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["set_version", "version_faults", "version_of"]

UNRELEASED = "## [Unreleased]"
RELEASE = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$")
KINDS = {"### Added", "### Changed", "### Deprecated", "### Removed", "### Fixed", "### Security"}
# A project's own version, or the pin of a sibling.
STATED = re.compile(r'(^version = "|"msm-\w+(?:\[\w+\])?==)(?P<version>[^"]+)(?=")', re.MULTILINE)
# An example project has its own version; only its pins of our packages follow ours.
TAKEN = re.compile(r'("msm-\w+(?:\[\w+\])?==)(?P<version>[^"]+)(?=")')


def version_of(root: Path) -> str:
    """The version of the workspace."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def version_faults(root: Path) -> list[str]:
    """Places with another version, and faults of the changelog, one sentence each."""
    version = version_of(root)
    found = [
        f"{file.relative_to(root)} states {found['version']}, expected {wanted}."
        for file, pattern, wanted in _places(root, version)
        for found in pattern.finditer(file.read_text(encoding="utf-8"))
        if found["version"] != wanted
    ]
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith("## ")]
    if heads[:1] != [UNRELEASED]:
        found.append(f"CHANGELOG.md does not begin with {UNRELEASED!r}.")
    found += [
        f"CHANGELOG.md has {line!r}, expected a heading like '## [1.2.3] - 2026-01-31'."
        for line in heads[1:]
        if not RELEASE.match(line)
    ]
    released = [release[1] for release in map(RELEASE.match, heads) if release]
    if released and released[0] != version:
        found.append(f"CHANGELOG.md has {released[0]} as the newest release, expected {version}.")
    found += [
        f"CHANGELOG.md has {line!r}, expected one of {', '.join(sorted(KINDS))}."
        for line in lines
        if line.startswith("### ") and line not in KINDS
    ]
    return found


def set_version(root: Path, version: str, day: str) -> None:
    """Write a new version everywhere, and put the unreleased entries under a heading with it.

    Args:
        root: the root of the workspace.
        version: the new version.
        day: the day of the release, such as ``2026-01-31``.
    """
    for file, pattern, wanted in _places(root, version):
        text = file.read_text(encoding="utf-8")
        file.write_text(pattern.sub(rf"\g<1>{wanted}", text), encoding="utf-8")
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    # The empty Unreleased section stays: every change needs a place for its entry.
    head = f"{UNRELEASED}\n\n## [{version}] - {day}"
    changelog.write_text(text.replace(UNRELEASED, head, 1), encoding="utf-8")


def _places(root: Path, version: str) -> Iterator[tuple[Path, re.Pattern[str], str]]:
    """Every file with a version, the pattern that finds it, and the text that it must be."""
    for file in (root / "pyproject.toml", *sorted(root.glob("packages/*/pyproject.toml"))):
        yield file, STATED, version
    # Examples take any patch release, as a project outside this repository would.
    for file in sorted(root.glob("examples/*/pyproject.toml")):
        yield file, TAKEN, f"{version.rpartition('.')[0]}.*"
