"""Errors of the platform: it is not there, it refuses a request, or its catalog lacks a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from msm.errors.base import MsmError
from msm.errors.commands import CHECK, EXEC, UPGRADE, check_command, upgrade_command

__all__ = [
    "AttachError",
    "AttachProblem",
    "EndpointChangedError",
    "GitContextError",
    "OutcomeUnknownError",
    "PlatformError",
    "PlatformRefusedError",
    "PlatformUnreachableError",
    "StaleAttachmentError",
]


class PlatformError(MsmError):
    """The platform did not do what it was asked.

    Attributes:
        endpoint: the platform's address, as its environment variable names it.
    """

    def __init__(self, message: str, *, endpoint: str) -> None:
        super().__init__(message)
        self.endpoint = endpoint


class PlatformUnreachableError(PlatformError):
    """Nothing answers at the platform's endpoint."""


class OutcomeUnknownError(PlatformError):
    """The answer to a write was lost: its rows may or may not have been written."""


class EndpointChangedError(PlatformError):
    """The endpoint of the environment is no longer the one that this process sends to.

    Attributes:
        configured: the endpoint that the environment names now.
    """

    def __init__(self, message: str, *, endpoint: str, configured: str) -> None:
        super().__init__(message, endpoint=endpoint)
        self.configured = configured


class GitContextError(PlatformError):
    """The SDK cannot find out which repository branch this process belongs to."""


class PlatformRefusedError(PlatformError):
    """The platform answered with an error.

    Attributes:
        status_code: the HTTP status, or None when there was no answer.
        detail: the platform's own message.
    """

    def __init__(
        self, message: str, *, endpoint: str, status_code: int | None, detail: str
    ) -> None:
        super().__init__(message, endpoint=endpoint)
        self.status_code = status_code
        self.detail = detail


class StaleAttachmentError(PlatformRefusedError):
    """The catalog no longer has a resource that the runtime was attached to."""


type AttachReason = Literal[
    "missing", "duplicated", "reserved", "physical_name", "data_source", "columns", "revision"
]


@dataclass(frozen=True, slots=True)
class AttachProblem:
    """What is wrong with the catalog's resource of one model.

    Attributes:
        model: the model identifier, such as ``Asset``.
        table: the physical table name that was looked up.
        reason: the kind of problem.
        detail: what was found, in words.
    """

    model: str
    table: str
    reason: AttachReason
    detail: str


class AttachError(MsmError):
    """The catalog does not hold every table that the models need, exactly once and active.

    Attributes:
        problems: one entry a table, in the order of the models asked for.
        data_source_uid: the data source of the current Git context.
    """

    def __init__(self, problems: Sequence[AttachProblem], *, data_source_uid: str) -> None:
        self.problems = tuple(problems)
        self.data_source_uid = data_source_uid
        listing = "\n".join(
            f"  {problem.table} ({problem.model}): {problem.detail}" for problem in self.problems
        )
        # Tables mostly fail for one reason: a dict keeps each remedy once, in order.
        remedies = dict.fromkeys(_remedy(problem) for problem in self.problems)
        count = len(self.problems)
        # The remedy last: of a long traceback, the end is what a terminal shows.
        super().__init__(
            f"{count} table{'s' if count > 1 else ''} cannot be attached:\n{listing}\n"
            f"To attach {'them' if count > 1 else 'it'}, {'; '.join(remedies)}."
        )


def _remedy(problem: AttachProblem) -> str:
    application = problem.table.partition("__")[0]
    if application == "ms_markets":
        where = "from the repository root, or with msm_migrations where that is installed"
        upgrade, check = UPGRADE, CHECK
    else:
        # Only the table is known here, not the migration package of the project that owns it.
        where = f"from the repository of {application}, with its migration package"
        upgrade = upgrade_command("PACKAGE:migration", "heads")
        check = check_command("msm_migrations", provider="PACKAGE:migration")
    bring = f"bring the database to head, {where}: `{upgrade}`"
    match problem.reason:
        case "reserved" | "revision":
            return bring
        case "columns":
            # Where the database is ahead, it is the code that has to change.
            return (
                f"{bring}; if it is at head already, run `{check}` or deploy the code of its head"
            )
        case "missing":
            # An upgrade does not create again a table that somebody dropped by hand.
            return f"{bring}; if it is at head already, run `{check}`"
        case "data_source":
            there = "the checkout or the branch of that data source"
            return f"run this from {there}, or under `{EXEC}` there"
        case "duplicated" | "physical_name":
            return f"run `{check}`, {where}"
