"""The revision files of this code, read as text, and refused if they are not one history.

Alembic only warns of a duplicate id or a missing parent, leaves a revision out, and continues.

``msm_local.status.revisions`` reads such files too, in a second reader: msm-local must not import
this package or the SDK, and shows what it can of a history that is refused here.
"""

import ast
import re
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import coerce_resource_to_filename

from ..errors import (
    DuplicateRevisionError,
    MissingParentError,
    RevisionCycleError,
    SeveralHeadsError,
    UnknownDependencyError,
    UnreadableRevisionError,
)

__all__ = [
    "RevisionFile",
    "Revisions",
    "load_revisions",
    "location_of",
    "read_file",
    "read_revisions",
]

# Alembic's own rule for what is a revision file.
FILE = re.compile(r"(?!\.#|__init__).*\.py$")
# The rest of a file takes twenty times as long to parse, and says nothing about the order.
FIRST_FUNCTION = re.compile(r"^(?:(?:def|class) |@)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RevisionFile:
    """What one file says about its position in the history."""

    path: Path
    id: str
    parents: Sequence[str]
    dependencies: Sequence[str]
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Revisions:
    """A whole history.

    Attributes:
        files: the file of each revision, by id.
        heads: the revisions that nothing follows, sorted.
    """

    files: Mapping[str, Path]
    heads: Sequence[str]


def read_revisions(script: ScriptDirectory) -> Revisions:
    """Read every revision of a history; a folder that does not exist holds none.

    Args:
        script: has the folders of the revisions; it loads nothing.

    Raises:
        UnreadableRevisionError: a file does not say, as literals, which revision it is.
        DuplicateRevisionError: two files have one id.
        MissingParentError: a revision follows one that is in no file.
        UnknownDependencyError: a revision depends on one that is in no file.
        RevisionCycleError: revisions follow each other in a circle.
        SeveralHeadsError: one branch ends in several revisions.
    """
    files: dict[str, RevisionFile] = {}
    for path in _paths(script):
        file = read_file(path)
        if file.id in files:
            other = files[file.id].path
            raise DuplicateRevisionError(
                f"Revision {file.id} is in {other} and in {path}; give one of them another id, and "
                "correct down_revision of what follows it.",
                paths=[other, path],
            )
        files[file.id] = file
    _refuse_unknown(files)
    _refuse_cycle(files)
    parents = {parent for file in files.values() for parent in file.parents}
    heads = sorted(set(files) - parents)
    _refuse_several_heads(files, heads)
    return Revisions({name: file.path for name, file in files.items()}, heads)


def load_revisions(script: ScriptDirectory) -> Revisions:
    """Read every revision of a history, and let Alembic load them.

    Raises:
        RevisionFilesError: as :func:`read_revisions` raises, or Python cannot load a file.
    """
    revisions = read_revisions(script)
    try:
        # Alembic loads all files at the first question, and passes on whatever one of them raises.
        script.get_heads()
    except Exception as error:
        path, line = location_of(error, revisions) or (None, None)
        raise UnreadableRevisionError(
            f"{path or 'A revision'} cannot be loaded ({type(error).__name__} at line {line}: "
            f"{error}); fix it, or move it out of that folder.",
            paths=[] if path is None else [path],
        ) from error
    return revisions


def location_of(error: Exception, revisions: Revisions) -> tuple[Path, int | None] | None:
    """The revision file and the line that raised; None if none of them did."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    # A file that cannot be compiled is in no frame.
    if isinstance(error, SyntaxError) and error.filename is not None:
        places.append((error.filename, error.lineno))
    # The innermost frame of a revision: below it are Alembic and SQLAlchemy.
    files = {path.resolve() for path in revisions.files.values()}
    for name, line in reversed(places):
        if Path(name).resolve() in files:
            return Path(name), line
    return None


def _paths(script: ScriptDirectory) -> list[Path]:
    folders = [
        Path(coerce_resource_to_filename(str(location))) for location in script.version_locations
    ]
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.iterdir())
        if FILE.match(path.name)
    ]


def read_file(path: Path) -> RevisionFile:
    """Read one revision file, up to its first function if its position is above that.

    Raises:
        UnreadableRevisionError: it does not say, as literals, which revision it is.
    """
    try:
        facts = _facts(path)
        (revision,) = _names(facts["revision"])
        return RevisionFile(
            path=path,
            id=revision,
            parents=_names(facts.get("down_revision")),
            dependencies=_names(facts.get("depends_on")),
            labels=_names(facts.get("branch_labels")),
        )
    except (SyntaxError, KeyError, ValueError) as error:
        raise UnreadableRevisionError(
            f"{path} does not say as literals which revision it is and what it follows "
            f"({type(error).__name__}: {error}); fix it, or move it out of that folder.",
            paths=[path],
        ) from error


def _facts(path: Path) -> dict[str, object]:
    text = path.read_text(encoding="utf-8")
    head = FIRST_FUNCTION.split(text, maxsplit=1)[0]
    with suppress(SyntaxError):
        facts = _literals(ast.parse(head, filename=str(path)))
        if facts.keys() >= {"revision", "down_revision"}:
            return facts
    # A line of the docstring begins like a function, or a function is above the ids.
    return _literals(ast.parse(text, filename=str(path)))


def _literals(tree: ast.Module) -> dict[str, object]:
    found: dict[str, object] = {}
    for node in tree.body:
        match node:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.Assign(targets=[ast.Name(id=name)], value=value)
            ) if name in {"revision", "down_revision", "depends_on", "branch_labels"}:
                found[name] = ast.literal_eval(value)
    return found


def _names(value: object) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case str():
            return (value,)
        case tuple() | list() | set() | frozenset() if all(isinstance(name, str) for name in value):
            return tuple(value)
    raise ValueError(f"{value!r} does not name a revision")


def _refuse_unknown(files: Mapping[str, RevisionFile]) -> None:
    # A revision may depend on a branch by its label; it follows another by its id only.
    labels = {label for file in files.values() for label in file.labels}
    for file in files.values():
        for parent in file.parents:
            if parent not in files:
                raise MissingParentError(
                    f"Revision {file.id} in {file.path} follows {parent}, which is in no file; "
                    "restore that file, or correct down_revision.",
                    paths=[file.path],
                )
        for needed in file.dependencies:
            if needed not in files and needed not in labels:
                raise UnknownDependencyError(
                    f"Revision {file.id} in {file.path} depends on {needed}, which is in no file; "
                    "restore that file, or correct depends_on.",
                    paths=[file.path],
                )


def _refuse_cycle(files: Mapping[str, RevisionFile]) -> None:
    graph = {file.id: {*file.parents, *file.dependencies} & set(files) for file in files.values()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        paths = [files[name].path for name in dict.fromkeys(circle)]
        raise RevisionCycleError(
            f"Revisions {' -> '.join(circle)} follow each other in a circle, in "
            f"{', '.join(map(str, paths))}; correct down_revision or depends_on of one of them.",
            paths=paths,
        ) from error


def _refuse_several_heads(files: Mapping[str, RevisionFile], heads: Sequence[str]) -> None:
    # Each project that extends the history ends in a head of its own; two heads with the same
    # labels are two revisions that two authors made at the same time.
    seen: dict[frozenset[str], str] = {}
    for head in heads:
        branch = frozenset(_labels(files, head))
        if branch in seen:
            both = [seen[branch], head]
            paths = [files[name].path for name in both]
            of_branch = f"branch {', '.join(sorted(branch))}" if branch else "one branch"
            raise SeveralHeadsError(
                f"Revisions {' and '.join(both)} are both heads of {of_branch}, in "
                f"{' and '.join(map(str, paths))}; set down_revision of the one that is not "
                "deployed yet to the other.",
                paths=paths,
            )
        seen[branch] = head


def _labels(files: Mapping[str, RevisionFile], head: str) -> set[str]:
    """The labels of the branch that ends here: its own and its ancestors'."""
    labels: set[str] = set()
    found, left = {head}, [head]
    while left:
        file = files[left.pop()]
        labels.update(file.labels)
        left += [parent for parent in file.parents if parent not in found]
        found.update(file.parents)
    return labels
