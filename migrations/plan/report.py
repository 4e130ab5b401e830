"""A plan as text for people, as one SQL script, and as JSON for programs."""

import json
from collections.abc import Iterator

from .losses import Loss
from .plan import Plan, Step

__all__ = ["as_json", "as_sql", "as_text"]


def as_json(plan: Plan, *, sql: bool) -> str:
    """One object: direction, current, target, command and steps, and the SQL if `sql` is true.

    A step has ``revision``, ``title``, ``operations``, ``losses`` and ``notes``, which say what is
    different because a table is a hypertable; a loss has ``action``,
    ``table``, ``rows`` (null if the table does not exist yet), ``exact``, which is false for an
    estimate, and where fewer rows of the table may be concerned, and ``values``: how many rows have
    a value in the column that is dropped or made NOT NULL, or one that a narrower type does not
    keep (null for other losses, and where it is not known). What foreign keys delete or overwrite
    because of a DELETE is a loss of its own, whose ``rows`` are those that refer.
    """
    answer = {
        "direction": plan.direction,
        "current": plan.current,
        "target": plan.target,
        "command": plan.command,
        "informed": plan.is_informed,
        "steps": [
            {
                "revision": step.revision,
                "title": step.title,
                "operations": step.operations,
                "losses": [_plain(loss) for loss in step.losses],
                "notes": step.notes,
            }
            for step in plan.steps
        ],
    }
    return json.dumps(answer | {"sql": plan.sql} if sql else answer, indent=2)


def as_text(plan: Plan) -> str:
    """Each revision with its operations, then the losses, then the command that runs it."""
    if not plan.steps:
        return _nothing(plan)
    blocks = ["\n".join(_lines(step)) for step in plan.steps]
    losses = "\n".join(_losses(plan))
    command = f"Nothing has been changed; this is what `{plan.command}` would run."
    return "\n\n".join([_head(plan), *blocks, losses, command])


def as_sql(plan: Plan) -> str:
    """The script, after a heading and the losses as comments."""
    if not plan.steps:
        return f"-- {_nothing(plan)}"
    head = "\n".join(f"-- {line}" for line in (_head(plan), *_losses(plan)))
    return f"{head}\n\n{plan.sql}"


def _nothing(plan: Plan) -> str:
    at = ", ".join(plan.current) or "base"
    return f"The database is at {at}; there is nothing to run for {plan.target}."


def _head(plan: Plan) -> str:
    count = len(plan.steps)
    at = ", ".join(plan.current) or "base"
    unseen = (
        ""
        if plan.is_informed
        else " The catalog has no version table yet, so no database was read."
    )
    return (
        f"{plan.direction.capitalize()} from {at} to {plan.target}: "
        f"{count} revision{'' if count == 1 else 's'}.{unseen}"
    )


def _lines(step: Step) -> Iterator[str]:
    yield f"{step.revision}  {step.title}"
    for operation in step.operations or ("changes nothing",):
        yield f"      {operation}"
    for note in step.notes:
        yield f"      note: {note}"


def _losses(plan: Plan) -> Iterator[str]:
    found = [(step.revision, loss) for step in plan.steps for loss in step.losses]
    yield "DESTRUCTIVE" if found else "Nothing is destroyed."
    for revision, loss in found:
        yield f"{revision}  {loss.action}: {loss}"


def _plain(loss: Loss) -> dict[str, object]:
    return {
        "action": loss.action,
        "table": loss.effect.table,
        "rows": None if loss.rows is None else loss.rows.number,
        "exact": loss.is_exact,
        "values": None if loss.values is None else loss.values.number,
    }
