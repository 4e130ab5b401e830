"""The revisions of one namespace in order, each with its operations and what came before it."""

import ast
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType

from alembic.script import Script, ScriptDirectory
from sqlalchemy import Table

from ..errors import MigrationError, UnreadableRevisionError
from ..history.files import RevisionFile, load_revisions, read_file
from ..partitions import partitions_of
from ..provider import MarketsMigration
from .recorder import Recording, record
from .schema import Schema, TableShape, shape_of
from .subjects import ColumnTypes, created_tables, retired_tables

__all__ = [
    "HistoryError",
    "Revision",
    "UnknownRevisionError",
    "pending_revisions",
    "read_history",
]


class HistoryError(MigrationError):
    """The revisions of a folder cannot be read.

    Attributes:
        folder: the namespace's folder of revisions.
    """

    def __init__(self, message: str, *, folder: Path) -> None:
        super().__init__(message)
        self.folder = folder


class UnknownRevisionError(HistoryError):
    """A revision was named that is not in the folder.

    Attributes:
        revision: the id that was asked for.
    """

    def __init__(self, message: str, *, folder: Path, revision: str) -> None:
        super().__init__(message, folder=folder)
        self.revision = revision


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision, run against a recording context.

    Attributes:
        id: the revision id.
        path: its file.
        tree: its source.
        title: the first line of its docstring.
        is_merge: whether it joins two branches.
        outside: why Alembic does not find the file; None in the folder of its namespace. A revision
            outside has not been run.
        acknowledged: the author's reasons, by rule.
        upgrade: the operations of ``upgrade()``.
        downgrade: the operations of ``downgrade()``.
        known_tables: the tables it may work on: those of the graphs, those that earlier revisions
            created, its own that a later one drops or renames, and partitions.
        column_types: types before it, by table and column, from earlier revisions.
        before: the tables before it.
        left_over: the tables that the history has at its end, and no model.
        models: the tables of the models, for the last revision; else empty.
    """

    id: str
    path: Path
    tree: ast.Module
    title: str = ""
    is_merge: bool = False
    outside: str | None = None
    acknowledged: Mapping[str, str] = field(default_factory=dict)
    upgrade: Recording = field(default_factory=Recording)
    downgrade: Recording = field(default_factory=Recording)
    known_tables: Collection[str] = ()
    column_types: ColumnTypes = field(default_factory=dict)
    before: Schema = field(default_factory=Schema)
    left_over: Collection[str] = ()
    models: Mapping[str, TableShape] = field(default_factory=dict)

    @property
    def recordings(self) -> tuple[Recording, Recording]:
        """Both directions, ``upgrade()`` first."""
        return self.upgrade, self.downgrade


def read_history(
    provider: MarketsMigration, folder: Path, ids: Collection[str] = ()
) -> list[Revision]:
    """Load and run, without a database, the revisions of a namespace.

    Revisions of msm that those of a project depend on are loaded, but are not among them. Nor are
    those that a project has from before it moved onto msm, unless they are asked for.

    Args:
        provider: whose tables the revisions may work on.
        folder: the namespace's folder, ``versions/<slug>``.
        ids: the revisions to return; all if it is empty.

    Returns:
        They, base first; those outside the folder of their namespace come last.

    Raises:
        HistoryError: the folder is missing, or acknowledgements are not a dict of reasons.
        RevisionFilesError: the revisions are not one history, or Python cannot load one.
        UnknownRevisionError: no revision has one of the ids.
    """
    directory, scripts = _load(provider, folder)
    inherited = provider.inherited(directory)
    outside = _outside(folder, {script.revision for script in scripts})
    _refuse_unknown(
        ids, [*(script.revision for script in scripts), *(r.id for r in outside)], folder
    )
    owned_tables = {model.__tablename__ for model in provider.metatable_models}
    upgrades = [
        _record(script, "upgrade", with_sql=not ids or script.revision in ids) for script in scripts
    ]
    # First all upgrades: whether a revision may create a table depends on what later ones drop.
    made = [{name for o in each.operations for name in created_tables(o.op)} for each in upgrades]
    gone = [{name for o in each.operations for name in retired_tables(o.op)} for each in upgrades]
    parts = [
        {name for o in each.operations for name, _ in partitions_of(o.op)} for each in upgrades
    ]
    schema = Schema()
    revisions = []
    for index, (script, upgrade) in enumerate(zip(scripts, upgrades, strict=True)):
        if script.revision in ids or not (ids or script.revision in inherited):
            known = owned_tables.union(
                *made[:index],
                made[index].intersection(set().union(*gone[index + 1 :])),
                parts[index],
            )
            revisions.append(_revision(script, upgrade, schema.copy(), known))
        for operation in upgrade.operations:
            schema.apply(operation.op)
    left_over = set(schema.tables) - owned_tables.union(*parts)
    revisions = [replace(revision, left_over=left_over) for revision in revisions]
    if revisions and revisions[-1].id == scripts[-1].revision:
        tables = {model.__tablename__: model.__table__ for model in provider.metatable_models}
        models = {name: _shape_of_model(table) for name, table in tables.items()}
        revisions[-1] = replace(revisions[-1], models=models)
    return [*revisions, *(revision for revision in outside if not ids or revision.id in ids)]


@cache
def _shape_of_model(table: Table) -> TableShape:
    # Compared, and never changed.
    return shape_of(table)


def _refuse_unknown(ids: Collection[str], known: Collection[str], folder: Path) -> None:
    for name in ids:
        if name not in known:
            raise UnknownRevisionError(
                f"There is no revision {name!r} in {folder}, which contains "
                f"{', '.join(sorted(known))}; run `python -m {__package__}` to review all.",
                folder=folder,
                revision=name,
            )


def pending_revisions(directory: ScriptDirectory, ids: Collection[str]) -> list[Revision]:
    """Some revisions of a history, base first, for the rules that need no known tables.

    Args:
        directory: the whole history, which types of columns come from.
        ids: the revisions to read.

    Raises:
        HistoryError: acknowledgements are not a dict of reasons.
    """
    schema = Schema()
    found = []
    for script in reversed(list(directory.walk_revisions())):
        upgrade = _record(script, "upgrade", with_sql=script.revision in ids)
        if script.revision in ids:
            found.append(_revision(script, upgrade, schema.copy(), ()))
        for operation in upgrade.operations:
            schema.apply(operation.op)
    return found


def _revision(
    script: Script, upgrade: Recording, before: Schema, known: Collection[str]
) -> Revision:
    path = Path(script.path)
    return Revision(
        id=script.revision,
        path=path,
        tree=_parse(path),
        title=script.doc.partition("\n")[0],
        is_merge=script.is_merge_point,
        acknowledged=_acknowledged(script.module, path, path.parent),
        upgrade=upgrade,
        downgrade=_record(script, "downgrade"),
        known_tables=known,
        column_types=before.types(),
        before=before,
    )


def _load(provider: MarketsMigration, folder: Path) -> tuple[ScriptDirectory, list[Script]]:
    if not folder.is_dir():
        raise HistoryError(
            f"There is no folder {folder}; generate the namespace's first revision with "
            f"`{provider.first_revision_command}`.",
            folder=folder,
        )
    directory = ScriptDirectory(folder.parents[1], version_locations=[*provider.trunk, folder])
    load_revisions(directory)
    walked = reversed(list(directory.walk_revisions()))
    return directory, [script for script in walked if Path(script.path).parent == folder]


def _record(script: Script, direction: str, *, with_sql: bool = True) -> Recording:
    function = vars(script.module).get(direction)
    if function is None:
        return Recording()
    return record(function, Path(script.path), with_sql=with_sql)


def _acknowledged(module: ModuleType, path: Path, folder: Path) -> Mapping[str, str]:
    match vars(module).get("acknowledged", {}):
        case dict() as reasons if all(
            isinstance(text, str) for item in reasons.items() for text in item
        ):
            return reasons
    raise HistoryError(
        f"{path} sets acknowledged to something other than a dict of reasons by rule; write it as "
        'acknowledged = {"drop-column": "why that is right"}.',
        folder=folder,
    )


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _outside(folder: Path, ids: AbstractSet[str]) -> list[Revision]:
    """Files that are revisions of this namespace but that Alembic does not find."""
    # They are not run: Alembic did not load them, and their place is what is wrong.
    strays = []
    versions = folder.parent
    for path in sorted(versions.rglob("*.py")):
        file = None if path.parent == folder else _file(path)
        if file is None:
            continue
        followed = ids & set(file.parents)
        if path.parent == versions:
            why = "is in versions/ itself"
        elif folder in path.parents:
            why = f"is in a folder below {folder.name}"
        # Ids are the same in every namespace, so a parent here may also be one that is beside it.
        elif followed and not _parent_beside(file):
            parents = ", ".join(sorted(followed))
            why = f"follows {parents} of {folder.name} but is in {path.parent.name}"
        else:
            continue
        strays.append(Revision(file.id, path, _parse(path), outside=why))
    return strays


def _parent_beside(file: RevisionFile) -> bool:
    siblings = (_file(path) for path in file.path.parent.glob("*.py"))
    return any(sibling is not None and sibling.id in file.parents for sibling in siblings)


def _file(path: Path) -> RevisionFile | None:
    """What a file says about its position in a history; None if it is not a revision."""
    try:
        return read_file(path)
    except UnreadableRevisionError:
        return None
