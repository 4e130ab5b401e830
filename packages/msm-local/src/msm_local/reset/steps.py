"""What a fresh database is made with: the providers to run, in order, each up to a target."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msm_local.errors import UnknownRevisionError
from msm_local.status.histories import BASE, HEADS, History, find_history
from msm_local.status.providers import HEAD, Provider

__all__ = ["Step", "plan_steps"]

ENDS = (HEAD, HEADS)


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a migration command.

    Attributes:
        provider: the reference of the provider.
        target: what the command is told to upgrade to.
        history: the revisions of the provider.
    """

    provider: str
    target: str
    history: History


def plan_steps(
    root: Path, providers: Sequence[Provider], target: str | None = None
) -> tuple[Step, ...]:
    """The runs that bring an empty database to a target; none for ``base``.

    Args:
        root: the project.
        providers: those of the project, in their order.
        target: ``head`` or ``heads`` for the end of each history, ``base``, or a revision or branch
            of one provider: those before it go to their own targets, those behind it are left out.
            None for the targets of the providers.

    Raises:
        UnknownRevisionError: a provider has no revisions, or none has this target.
        UnreadableRevisionError: a file of revisions cannot be read.
    """
    steps = [_step(root, provider) for provider in providers]
    if target is None:
        return tuple(step for step in steps if step.target != BASE)
    if target == BASE:
        return ()
    if target in ENDS:
        return tuple(Step(step.provider, _end(step.history), step.history) for step in steps)
    # The last one first: a project that extends msm has the revisions of msm too.
    for count in range(len(steps), 0, -1):
        *before, last = steps[:count]
        if last.history.knows(target):
            earlier = [step for step in before if step.target != BASE]
            return (*earlier, Step(last.provider, target, last.history))
    raise _unknown(target, steps[-1].history, [step.history for step in steps])


def _step(root: Path, provider: Provider) -> Step:
    history = find_history(root, provider.reference)
    if history is None:
        raise UnknownRevisionError(
            f"There is no folder with the revisions of {provider.reference!r} in {root}; name the "
            "provider of the project with --provider, such as `package:migration`."
        )
    if provider.target in ENDS:
        return Step(provider.reference, _end(history), history)
    if provider.target != BASE and not history.knows(provider.target):
        raise _unknown(provider.target, history, [history])
    return Step(provider.reference, provider.target, history)


def _end(history: History) -> str:
    """The name of the end of a history: where there are several branches, Alembic wants another."""
    return HEADS if len(history.branches) > 1 else HEAD


def _unknown(target: str, history: History, histories: Sequence[History]) -> UnknownRevisionError:
    known = sorted({name for item in histories for name in item.known})
    branches = sorted({f"{label}@head" for item in histories for label in item.labels})
    return UnknownRevisionError(
        f"There is no revision {target!r} in {history.folders[0]}; choose {HEAD}, {BASE} or one of "
        f"{', '.join([*known, *branches]) or 'none'}."
    )
