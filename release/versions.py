"""The one version of all distributions: the root's, which members and their pins repeat."""

import re
import tomllib
from pathlib import Path

__all__ = ["set_version", "version_faults", "version_of"]

UNRELEASED = "## Unreleased"
RELEASE = re.compile(r"^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$")
KINDS = {"### Added", "### Changed", "### Deprecated", "### Removed", "### Fixed", "### Security"}
# A project's own version, or a sibling's pin.
STATED = re.compile(r'^(version = "|\s+"msm-\w+==)(?P<version>[^"]+)(?=")', re.MULTILINE)


def version_of(root: Path) -> str:
    """The version that the workspace is at."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def version_faults(root: Path) -> list[str]:
    """Where another version is stated, and what is wrong with the changelog, in sentences."""
    version = version_of(root)
    found = [
        f"{file.relative_to(root)} states {stated['version']}, and the root is at {version}."
        for file in _projects(root)
        for stated in STATED.finditer(file.read_text(encoding="utf-8"))
        if stated["version"] != version
    ]
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    heads = [line for line in lines if line.startswith("## ")]
    if heads[:1] != [UNRELEASED]:
        found.append(f"CHANGELOG.md does not begin with {UNRELEASED!r}.")
    found += [
        f"CHANGELOG.md has {line!r}, which is no '## 1.2.3 - 2026-01-31'."
        for line in heads[1:]
        if not RELEASE.match(line)
    ]
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
    for file in _projects(root):
        text = file.read_text(encoding="utf-8")
        file.write_text(STATED.sub(rf"\g<1>{version}", text), encoding="utf-8")
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    head = f"{UNRELEASED}\n\n## {version} - {day}"
    changelog.write_text(text.replace(UNRELEASED, head, 1), encoding="utf-8")


def _projects(root: Path) -> list[Path]:
    return [root / "pyproject.toml", *sorted(root.glob("packages/*/pyproject.toml"))]
