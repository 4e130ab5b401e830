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

__all__ = [
    "DEFAULT_PROVIDER",
    "Revisions",
    "find_versions",
    "read_ids",
    "read_revisions",
    "revision_files",
]

DEFAULT_PROVIDER = "migrations:migration"
IDS = ("revision", "down_revision")


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions of one namespace.

    Attributes:
        known: all ids, sorted.
        heads: the ids that are no other's parent, sorted.
    """

    known: tuple[str, ...]
    heads: tuple[str, ...]


def find_versions(root: Path, provider: str = DEFAULT_PROVIDER) -> Path | None:
    """The folder ``versions`` of a provider such as ``migrations:migration``; None if missing.

    It is searched in the project first, as the SDK does, and then where Python finds packages.
    """
    module = provider.partition(":")[0].replace(".", "/")
    candidates = (Path(place) / module / "versions" for place in (str(root), *sys.path) if place)
    return next((folder for folder in candidates if folder.is_dir()), None)


def revision_files(versions: Path) -> list[Path]:
    """All revision files of all namespaces, by path."""
    return sorted(versions.rglob("*.py"))


def read_ids(versions: Path) -> list[str]:
    """The ids of all revisions in a folder of versions, of all namespaces, sorted.

    Raises:
        UnreadableRevisionError: a file is not Python, or its ids are not literals; names the file.
    """
    return sorted(
        str(facts["revision"])
        for facts in map(_facts, revision_files(versions))
        if "revision" in facts
    )


def read_revisions(versions: Path, namespace: str) -> Revisions | None:
    """The revisions of a namespace; None if it has no folder here.

    Raises:
        UnreadableRevisionError: a file is not Python, or its ids are not literals; names the file.
    """
    # The SDK's rule for the folder of a namespace. It shortens very long names by a digest; such a
    # folder is not found here.
    slug = re.sub(r"[^0-9a-z]+", "_", namespace.lower()).strip("_")
    folder = versions / slug
    if not folder.is_dir():
        return None
    known: set[str] = set()
    parents: set[str] = set()
    for file in sorted(folder.glob("*.py")):
        facts = _facts(file)
        if "revision" in facts:
            known |= _ids(facts["revision"])
            parents |= _ids(facts.get("down_revision"))
    return Revisions(tuple(sorted(known)), tuple(sorted(known - parents)))


def _facts(file: Path) -> dict[str, object]:
    try:
        return dict(_literals(ast.parse(file.read_bytes())))
    except (SyntaxError, ValueError) as error:
        raise UnreadableRevisionError(
            f"{file} cannot be read as a revision ({error}); fix or remove it."
        ) from error


def _ids(value: object) -> set[str]:
    """The ids in a value: one, several as in a merge, or none."""
    if isinstance(value, (tuple, list, set)):
        return {str(item) for item in value}
    return set() if value is None else {str(value)}


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
            if isinstance(target, ast.Name) and target.id in IDS and node.value is not None:
                yield target.id, ast.literal_eval(node.value)
