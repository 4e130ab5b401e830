"""Applies the rules to revisions."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .history import Revision
from .recorder import Location
from .rules import DESTRUCTIVE, OUTSIDE_FOLDER, RULES, WARNINGS, Rule

__all__ = ["Finding", "Review", "review"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule, or one warning.

    Attributes:
        revision: the revision id.
        rule: the rule's name; squawk's own for a warning.
        location: the line it is about.
        why: what is wrong, as a sentence.
        to_do: what the author should do; the author's reason if it is acknowledged.
        lines: of a revision, that the author can copy.
    """

    revision: str
    rule: str
    location: Location
    why: str
    to_do: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """The findings in the revisions that were read.

    Attributes:
        revisions: the ids that were read, base first.
        rejections: what has to change.
        acknowledged: what would be rejected, or warned about, without the author's reason.
        warnings: of our own rules first, then of squawk about the SQL of ``upgrade()``.
        squawk: its version; None if it is not installed, so that there are no warnings.
    """

    revisions: list[str]
    rejections: list[Finding] = field(default_factory=list)
    acknowledged: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    squawk: str | None = None


def review(revisions: Iterable[Revision]) -> Review:
    """Apply every rule to every revision, without squawk."""
    revisions = list(revisions)
    found = Review([revision.id for revision in revisions])
    for revision in revisions:
        rejecting = RULES if revision.outside is None else [OUTSIDE_FOLDER]
        _apply(revision, rejecting, found.rejections, found.acknowledged)
        if revision.outside is None:
            _apply(revision, WARNINGS, found.warnings, found.acknowledged)
    return found


def _apply(
    revision: Revision, rules: Iterable[Rule], found: list[Finding], acknowledged: list[Finding]
) -> None:
    for rule in rules:
        may_answer = rule in DESTRUCTIVE or rule in WARNINGS
        reason = revision.acknowledged.get(rule.name, "").strip() if may_answer else ""
        for fault in rule.check(revision):
            to_do = reason or fault.to_do or rule.to_do
            lines = () if reason else fault.lines
            finding = Finding(revision.id, rule.name, fault.location, fault.why, to_do, lines)
            findings = acknowledged if reason else found
            # A backfill in slices breaks a rule in the same way in each round of its loop.
            if finding not in findings:
                findings.append(finding)
