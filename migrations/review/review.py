"""Holds revisions against the rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .history import Revision
from .recorder import Location
from .rules import DESTRUCTIVE, OUTSIDE_FOLDER, RULES

__all__ = ["Finding", "Review", "review"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a revision.

    Attributes:
        revision: the revision id.
        rule: the rule's name; squawk's own for a warning.
        place: the line it is about.
        why: what is wrong, as a sentence.
        to_do: what the author does about it; the reason given, where it is acknowledged.
    """

    revision: str
    rule: str
    location: Location
    why: str
    to_do: str


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in the revisions that were read.

    Attributes:
        revisions: the ids that were read, base first.
        rejections: what has to change.
        acknowledged: what would have to, had the revision not given a reason.
        warnings: what squawk says about the SQL of ``upgrade()``.
        squawk: its version; None where it is not installed, and so nothing was looked for.
    """

    revisions: list[str]
    rejections: list[Finding] = field(default_factory=list)
    acknowledged: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    squawk: str | None = None


def review(revisions: Iterable[Revision]) -> Review:
    """Apply every rule to every revision; squawk is asked apart."""
    revisions = list(revisions)
    found = Review([revision.id for revision in revisions])
    for revision in revisions:
        for finding, answered in _findings(revision):
            (found.acknowledged if answered else found.rejections).append(finding)
    return found


def _findings(revision: Revision) -> Iterator[tuple[Finding, bool]]:
    for rule in RULES if revision.outside is None else [OUTSIDE_FOLDER]:
        reason = revision.acknowledged.get(rule.name, "").strip() if rule in DESTRUCTIVE else ""
        for fault in rule.check(revision):
            to_do = reason or rule.to_do
            yield Finding(revision.id, rule.name, fault.location, fault.why, to_do), bool(reason)
