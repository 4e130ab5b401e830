"""How long a migration waits, and how long others have to wait for it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, text

from ..errors import CredentialExpiredError, LimitError

__all__ = [
    "ATTEMPTS_VARIABLE",
    "LOCK_WAIT_VARIABLE",
    "STATEMENT_VARIABLE",
    "TABLE_LOCK_VARIABLE",
    "Limits",
    "set_timeouts",
]

LOCK_WAIT_VARIABLE = "MSM_MIGRATION_LOCK_TIMEOUT"
TABLE_LOCK_VARIABLE = "MSM_MIGRATION_TABLE_LOCK_TIMEOUT"
ATTEMPTS_VARIABLE = "MSM_MIGRATION_TABLE_LOCK_ATTEMPTS"
STATEMENT_VARIABLE = "MSM_MIGRATION_STATEMENT_TIMEOUT"

LONGEST_STATEMENT = 600.0
DAY = 24 * 3600.0
VARIABLES = {
    "lock_wait": (LOCK_WAIT_VARIABLE, 0.0, DAY),
    "table_lock": (TABLE_LOCK_VARIABLE, 0.001, DAY),
    "attempts": (ATTEMPTS_VARIABLE, 1.0, 100.0),
    "statement": (STATEMENT_VARIABLE, 0.001, DAY),
}

SECONDS_LEFT = text("""
    SELECT extract(epoch FROM rolvaliduntil - clock_timestamp())::float
    FROM pg_roles WHERE rolname = session_user AND isfinite(rolvaliduntil)
""")
# A process that is stopped inside its transaction, or gone, is not to hold tables either.
SET_TIMEOUTS = text("""
    SELECT set_config('lock_timeout', :lock, false),
           set_config('statement_timeout', :statement, false),
           set_config('idle_in_transaction_session_timeout', :statement, false),
           set_config('client_connection_check_interval', '1s', false)
""")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run; all in seconds.

    Attributes:
        lock_wait: for how long to wait for another migration; 0 does not wait.
        table_lock: for how long a statement waits for a table (PostgreSQL's ``lock_timeout``).
        attempts: how often a transaction is tried that did not get a table.
        statement: for how long one statement may run (``statement_timeout``); None is ten minutes,
            or what the credential has left where that is less.
    """

    lock_wait: float = 60.0
    table_lock: float = 5.0
    attempts: int = 4
    statement: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the ``MSM_MIGRATION_*`` variables.

        Raises:
            LimitError: one of them is no number in its range.
        """
        found: dict[str, Any] = {}
        for field, (variable, least, most) in VARIABLES.items():
            said = environment.get(variable, "").strip()
            if said:
                found[field] = _number(variable, said, least, most)
        return cls(**found)


def _number(variable: str, said: str, least: float, most: float) -> float:
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise LimitError(variable, said, needed=f"a number from {least:g} to {most:g}")
    return int(number) if variable == ATTEMPTS_VARIABLE else number


def set_timeouts(connection: Connection, limits: Limits) -> None:
    """Bound what the session may wait for and hold; it stays so across transactions.

    Raises:
        CredentialExpiredError: the credential has no time left.
    """
    statement = limits.statement
    if statement is None:
        left = connection.scalar(SECONDS_LEFT)
        statement = LONGEST_STATEMENT if left is None else min(LONGEST_STATEMENT, left)
    if statement <= 0:
        raise CredentialExpiredError(
            "The migration credential expired before the migration began, and nothing was changed; "
            "run it again, with a larger --ttl-seconds where it has to wait."
        )
    parameters = {"lock": _milliseconds(limits.table_lock), "statement": _milliseconds(statement)}
    connection.execute(SET_TIMEOUTS, parameters)
    connection.commit()


def _milliseconds(seconds: float) -> str:
    # Zero would mean no limit at all.
    return f"{max(1, round(seconds * 1000))}ms"
