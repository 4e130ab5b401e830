"""What a run may not do, judged from its revisions and from the database."""

import logging
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic.operations.ops import CreateIndexOp, DropIndexOp
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from ..errors import (
    DowngradeLossError,
    EditedRevisionError,
    InvalidIndexError,
    IrreversibleRevisionError,
    LimitError,
    UnacknowledgedLossError,
    UnreadableChangeError,
)
from ..hypertables import hypertables
from ..inspection.indexes import invalid_indexes
from ..partitions import partitioned_tables
from ..provider import PACKAGE, MarketsMigration
from ..review import Recording, Revision, record
from ..review.history import pending_revisions
from ..review.rules import DESTRUCTIVE
from ..review.unread import unread
from ..run.fingerprints import (
    applied_revisions,
    edited_remedy,
    is_as_applied,
    read_fingerprints,
)
from .losses import losses_of_downgrade

__all__ = ["VARIABLE", "Safeguard"]

VARIABLE = "MSM_ALLOW_DATA_LOSS"
# Losses that a refusal names; the plan names all.
MAX_NAMED = 10

type Steps = Callable[[tuple[str, ...]], Sequence[RevisionStep]]


class Safeguard:
    """Judges a run before its first statement.

    Args:
        script: where the revisions are.
        steps: the steps of the run, by the rows of the version table.
    """

    def __init__(self, script: ScriptDirectory, steps: Steps) -> None:
        self._script = script
        self._steps = steps

    def judge(
        self, connection: Connection, provider: MarketsMigration, rows: tuple[str, ...]
    ) -> str:
        """Refuse what would lose data.

        Args:
            connection: as the owner role.
            provider: whose revisions run.
            rows: of the version table.

        Returns:
            What a downgrade loses, in one line, where the environment allows it; else empty.

        Raises:
            DataLossError: it may not run; nothing was changed.
            InvalidIndexError: a pending revision creates an index that is INVALID.
            LimitError: MSM_ALLOW_DATA_LOSS has a value that cannot be used.
        """
        with _quiet_alembic():
            return self._judge(connection, provider, rows, allowed=_is_allowed())

    def _judge(
        self,
        connection: Connection,
        provider: MarketsMigration,
        rows: tuple[str, ...],
        *,
        allowed: bool,
    ) -> str:
        steps = self._steps(rows)
        # Without a step there is nothing to lose, and an edit is all that there is to see.
        if not steps or steps[0].is_upgrade:
            self._refuse_edited(connection, provider, rows)
            inherited = provider.inherited(self._script)
            scripts = [step.revision for step in steps if step.revision.revision not in inherited]
            self._judge_upgrade(connection, scripts, allowed=allowed)
            return ""
        return self._judge_downgrade(
            connection, provider, [step.revision for step in steps], allowed=allowed
        )

    def _refuse_edited(
        self, connection: Connection, provider: MarketsMigration, rows: tuple[str, ...]
    ) -> None:
        recorded = read_fingerprints(connection, provider)
        for name, path in applied_revisions(self._script, rows).items():
            if name in recorded and not is_as_applied(path, recorded[name]):
                raise EditedRevisionError(
                    f"Revision {name} in {path} was edited after it was applied, so this database "
                    "is not what the file says, and nothing was changed; "
                    f"{edited_remedy(self._script, provider, name)}.",
                    revision=name,
                    path=path,
                )

    def _judge_upgrade(
        self, connection: Connection, scripts: Sequence[Script], *, allowed: bool
    ) -> None:
        if not scripts:
            return
        invalid = invalid_indexes(connection)
        split = hypertables(connection) | partitioned_tables(connection) if invalid else frozenset()
        for revision in pending_revisions(self._script, {item.revision for item in scripts}):
            _refuse_unacknowledged(revision)
            _refuse_invalid_index(revision, invalid, split)
            if not allowed:
                _refuse_unreadable(revision.id, revision.path, revision.upgrade)

    def _judge_downgrade(
        self,
        connection: Connection,
        provider: MarketsMigration,
        scripts: Sequence[Script],
        *,
        allowed: bool,
    ) -> str:
        recordings = []
        for item in scripts:
            path = Path(item.path)
            recordings.append(record(vars(item.module)["downgrade"], path))
            if not allowed:
                _refuse_irreversible(item.revision, path, recordings[-1])
                _refuse_unreadable(item.revision, path, recordings[-1])
        losses = losses_of_downgrade(connection, recordings)
        if losses and not allowed:
            named = ", ".join(losses[:MAX_NAMED])
            more = f" and {len(losses) - MAX_NAMED} more" if len(losses) > MAX_NAMED else ""
            raise DowngradeLossError(
                f"This downgrade of {provider.migration_namespace} would lose {named}{more}, and "
                f"nothing was changed; look at `python -m {PACKAGE}.plan`, make a backup, and set "
                f"{VARIABLE}=1 to lose them.",
                losses=losses,
            )
        return f"this downgrade lost {', '.join(losses)}" if losses else ""


@contextmanager
def _quiet_alembic() -> Iterator[None]:
    """Leave out that a context begins: the review makes two for each revision."""
    logger = logging.getLogger("alembic.runtime.migration")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _is_allowed() -> bool:
    value = os.environ.get(VARIABLE, "").strip()
    if value not in {"", "0", "1"}:
        raise LimitError(VARIABLE, value, needed="0 or 1")
    return value == "1"


def _refuse_unacknowledged(revision: Revision) -> None:
    found = [
        (rule, fault)
        for rule in DESTRUCTIVE
        if not revision.acknowledged.get(rule.name, "").strip()
        for fault in rule.check(revision)
    ]
    if not found:
        return
    rule, fault = found[0]
    more = f", as {len(found) - 1} more that it does" if len(found) > 1 else ""
    place = fault.location
    raise UnacknowledgedLossError(
        f"{fault.why.rstrip('.')}; revision {revision.id} gives no reason for it at "
        f"{place.file}:{place.line}{more} ({rule.name}), and nothing was changed; "
        f"{rule.to_do[0].lower()}{rule.to_do[1:]}",
        revision=revision.id,
        rule=rule.name,
        path=place.file,
        line=place.line,
    )


def _refuse_invalid_index(
    revision: Revision, invalid: Mapping[str, str], split: Collection[str]
) -> None:
    dropped: set[str | None] = set()
    for op in (operation.op for operation in revision.upgrade.operations):
        if isinstance(op, DropIndexOp):
            dropped.add(op.index_name)
        elif isinstance(op, CreateIndexOp) and op.index_name in invalid.keys() - dropped:
            index = str(op.index_name)
            table = invalid[index]
            raise InvalidIndexError(
                index, table=table, revision=revision.id, is_hypertable=table in split
            )


def _refuse_irreversible(name: str, path: Path, recording: Recording) -> None:
    match recording.failure:
        case (NotImplementedError() as error, location):
            # Before the run, which would take back the revisions after it, and then stop.
            said = str(error).partition("\n")[0].rstrip(".")
            raise IrreversibleRevisionError(said, revision=name, path=path, line=location.line)


def _refuse_unreadable(name: str, path: Path, recording: Recording) -> None:
    found, remedy = unread(recording, path), "write it as operations"
    if found is None and recording.failure is not None and recording.is_cut:
        error, location = recording.failure
        reason = str(error).partition("\n")[0]
        found = f"raises {type(error).__name__}{reason and f' ({reason})'}", location.line
        # On a database the same line may go on.
        remedy = "correct it so that it runs without a database"
    if found is not None:
        fault, line = found
        raise UnreadableChangeError(
            fault, revision=name, path=path, line=line, remedy=remedy, variable=VARIABLE
        )
