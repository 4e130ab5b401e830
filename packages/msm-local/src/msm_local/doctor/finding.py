"""What a check found."""

from dataclasses import dataclass

__all__ = ["Finding", "bad", "good"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        subject: what was looked at, in a word or two.
        ok: whether it is as it should be.
        found: what was seen.
        remedy: what to do; empty where it is ok.
    """

    subject: str
    ok: bool
    found: str
    remedy: str = ""


def good(subject: str, found: str) -> Finding:
    """A finding that needs nothing done."""
    return Finding(subject, ok=True, found=found)


def bad(subject: str, found: str, remedy: str) -> Finding:
    """A finding that somebody has to mend."""
    return Finding(subject, ok=False, found=found, remedy=remedy)
