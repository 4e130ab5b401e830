"""Why the platform did not do what it was asked, in terms that both generations share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Failure", "LostAnswerError", "NoAnswerError", "RequestTooLargeError", "failure_of_ours"]

type Reason = Literal[
    "refused",  # by the platform, before the database saw it
    "denied",  # the platform does not accept the token
    "statement",  # by the database
    "stale",  # the catalog no longer has what the runtime was attached to
    "unanswered",  # nothing was done, or nothing was asked to be written
    "unknown",  # a write that was sent, and whose answer never came
    "context",  # the SDK cannot tell which repository branch this is
    "no_api",  # there is no API of tables at the platform; the detail says what to do
    "no_data_source",  # that API has no database; the detail says what to do
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed.

    Attributes:
        reason: the kind of failure.
        detail: the platform's own message, or the SDK's.
        status: the HTTP status; None where no answer came.
        facts: what the database said of a refused statement: ``sqlstate``, ``constraint``,
            ``table``, ``column`` and ``message_detail``, as far as they are known. ``error`` is
            the platform's name of its own error, and ``answer_too_large`` is there where the answer
            to a request that was done has too many bytes.
    """

    reason: Reason
    detail: str
    status: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


# Not MsmErrors: they never leave the package.
class NoAnswerError(Exception):
    """No answer came, and nothing was written."""


class LostAnswerError(Exception):
    """A write was sent, and whether it was done is not known."""


class RequestTooLargeError(Exception):
    """A request is larger than the platform takes; it was not sent.

    Attributes:
        size: its bytes.
        limit: how many the platform takes.
    """

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"the request has {size:,} bytes, and the platform takes {limit:,}; send fewer rows, "
            "or smaller values"
        )


def failure_of_ours(
    error: NoAnswerError | LostAnswerError | RequestTooLargeError,
) -> Failure:
    """The failure that an error of this module stands for."""
    match error:
        case NoAnswerError():
            return Failure("unanswered", str(error))
        case LostAnswerError():
            return Failure("unknown", str(error))
        case _:
            return Failure("refused", str(error), status=413)
