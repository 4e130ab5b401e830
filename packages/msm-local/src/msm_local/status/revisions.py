"""The revision files of a provider, read as syntax trees: nothing of them is imported.

An import of the provider imports the SDK, which takes seconds. All that is needed here, the ids and
their parents, are literals in every revision file.

``migrations/history/files.py`` reads the same files, and refuses those that do not form one
history. This is a second reader, because this package must not import the migration package.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msm_local.errors import UnreadableRevisionError

__all__ = ["Revision", "find_versions", "read_revisions", "revision_files"]

NAMES = ("revision", "down_revision", "branch_labels", "depends_on")


@dataclass(frozen=True, slots=True)
class Revision:
    """What one revision file says of its place in the history.

    Attributes:
        id: its own id.
        parents: the ids that it follows.
        labels: the labels of the branch that it begins.
        depends_on: the ids that have to be applied before it, on other branches.
    """

    id: str
    parents: frozenset[str]
    labels: frozenset[str]
    depends_on: frozenset[str]


def find_versions(root: Path, provider: str) -> Path | None:
    """The folder ``versions`` of a provider such as ``migrations:migration``; None if missing.

    It is searched in the project first, as the SDK does, and then where Python finds packages.
    """
    module = provider.partition(":")[0].replace(".", "/")
    candidates = (Path(place) / module / "versions" for place in (str(root), *sys.path) if place)
    return next((folder for folder in candidates if folder.is_dir()), None)


def revision_files(versions: Path) -> list[Path]:
    """All revision files of all namespaces, by path."""
    return sorted(versions.rglob("*.py"))


def read_revisions(versions: Path, namespace: str | None = None) -> list[Revision]:
    """The revisions in a folder of versions, by file.

    Args:
        versions: the folder.
        namespace: the namespace to read; None for all.

    Raises:
        UnreadableRevisionError: a file is not Python, or its ids are not literals; names the file.
    """
    files = revision_files(versions)
    if namespace is not None:
        # The SDK's rule for the folder of a namespace. It shortens very long names by a digest;
        # such a folder is not found here.
        slug = re.sub(r"[^0-9a-z]+", "_", namespace.lower()).strip("_")
        files = [file for file in files if file.parent == versions / slug]
    return [
        Revision(
            str(facts["revision"]),
            _ids(facts.get("down_revision")),
            _ids(facts.get("branch_labels")),
            _ids(facts.get("depends_on")),
        )
        for facts in map(_facts, files)
        if "revision" in facts
    ]


def _facts(file: Path) -> dict[str, object]:
    try:
        return dict(_literals(ast.parse(file.read_bytes())))
    except (SyntaxError, ValueError) as error:
        raise UnreadableRevisionError(
            f"{file} cannot be read as a revision ({error}); fix or remove it."
        ) from error


def _ids(value: object) -> frozenset[str]:
    """The ids in a value: one, several as in a merge, or none."""
    if isinstance(value, (tuple, list, set)):
        return frozenset(map(str, value))
    return frozenset() if value is None else frozenset({str(value)})


def _literals(module: ast.Module) -> Iterator[tuple[str, object]]:
    """The ids that a revision file assigns, by name."""
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id in NAMES and node.value is not None:
                yield target.id, ast.literal_eval(node.value)
