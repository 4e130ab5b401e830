"""The result of a check."""

from dataclasses import dataclass

__all__ = ["Finding", "bad", "good"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        subject: a short name for what was checked.
        ok: whether the check passed.
        found: what it found.
        remedy: how to fix the problem; empty if the check passed.
    """

    subject: str
    ok: bool
    found: str
    remedy: str = ""


def good(subject: str, found: str) -> Finding:
    """A check that passed."""
    return Finding(subject, ok=True, found=found)


def bad(subject: str, found: str, remedy: str) -> Finding:
    """A check that found a problem."""
    return Finding(subject, ok=False, found=found, remedy=remedy)
