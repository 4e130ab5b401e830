"""How long a migration waits, and how long it makes others wait."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, text

from ..errors import CredentialExpiredError, LimitError

__all__ = [
    "ATTEMPTS_VARIABLE",
    "LOCK_TIMEOUT_VARIABLE",
    "STATEMENT_TIMEOUT_VARIABLE",
    "TABLE_LOCK_TIMEOUT_VARIABLE",
    "Limits",
    "set_timeouts",
]

LOCK_TIMEOUT_VARIABLE = "MSM_MIGRATION_LOCK_TIMEOUT"
TABLE_LOCK_TIMEOUT_VARIABLE = "MSM_MIGRATION_TABLE_LOCK_TIMEOUT"
ATTEMPTS_VARIABLE = "MSM_MIGRATION_TABLE_LOCK_ATTEMPTS"
STATEMENT_TIMEOUT_VARIABLE = "MSM_MIGRATION_STATEMENT_TIMEOUT"

DEFAULT_STATEMENT_TIMEOUT = 600.0
DAY = 24 * 3600.0
# By field: the variable, its minimum and its maximum. PostgreSQL takes 0 for "no limit", so where
# 0 would reach PostgreSQL the minimum is its smallest unit, a millisecond.
VARIABLES = {
    "lock_timeout": (LOCK_TIMEOUT_VARIABLE, 0.0, DAY),
    "table_lock_timeout": (TABLE_LOCK_TIMEOUT_VARIABLE, 0.001, DAY),
    "attempts": (ATTEMPTS_VARIABLE, 1.0, 100.0),
    "statement_timeout": (STATEMENT_TIMEOUT_VARIABLE, 0.001, DAY),
}

# A statement that outlives its credential is ended with the session, which is a worse message than
# a time-out. The clock is the server's, as for rolvaliduntil.
SECONDS_LEFT = text("""
    SELECT extract(epoch FROM rolvaliduntil - clock_timestamp())::float
    FROM pg_roles WHERE rolname = session_user AND isfinite(rolvaliduntil)
""")
# lock_timeout is short because others queue behind a migration that waits for a table. The other
# two free tables of a process that was stopped inside its transaction, or that is gone.
SET_TIMEOUTS = text("""
    SELECT set_config('lock_timeout', :lock, false),
           set_config('statement_timeout', :statement, false),
           set_config('idle_in_transaction_session_timeout', :statement, false),
           set_config('client_connection_check_interval', '1s', false)
""")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run; times are in seconds.

    Attributes:
        lock_timeout: how long to wait for another migration; 0 does not wait.
        table_lock_timeout: how long a statement waits for a table (PostgreSQL's ``lock_timeout``).
        attempts: how often a transaction is tried that does not get a table.
        statement_timeout: how long one statement may run (PostgreSQL's ``statement_timeout``);
            None is ten minutes, or the rest of the credential's lifetime if that is shorter.
    """

    lock_timeout: float = 60.0
    table_lock_timeout: float = 5.0
    attempts: int = 4
    statement_timeout: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the ``MSM_MIGRATION_*`` variables.

        Raises:
            LimitError: one of them is not a number in its range.
        """
        found: dict[str, Any] = {}
        for field, (variable, minimum, maximum) in VARIABLES.items():
            value = environment.get(variable, "").strip()
            if value:
                found[field] = _number(variable, value, minimum, maximum)
        return cls(**found)


def _number(variable: str, value: str, minimum: float, maximum: float) -> float:
    try:
        number = float(value)
    except ValueError:
        # Not in any range, as the text "nan" is not: one test refuses both.
        number = math.nan
    if not minimum <= number <= maximum:
        raise LimitError(variable, value, needed=f"a number from {minimum:g} to {maximum:g}")
    return int(number) if variable == ATTEMPTS_VARIABLE else number


def set_timeouts(connection: Connection, limits: Limits) -> None:
    """Set the time-outs of a session, for all its transactions.

    Raises:
        CredentialExpiredError: the credential has no time left.
    """
    timeout = limits.statement_timeout
    if timeout is None:
        left = connection.scalar(SECONDS_LEFT)
        timeout = min(DEFAULT_STATEMENT_TIMEOUT, math.inf if left is None else left)
    if timeout <= 0:
        raise CredentialExpiredError(
            "The migration credential expired before the migration began, and nothing was changed; "
            "run this again, with a larger --ttl-seconds if it has to wait."
        )
    lock = _milliseconds(limits.table_lock_timeout)
    # set_config() takes parameters, which SET does not. Committed, or a rollback would undo it.
    connection.execute(SET_TIMEOUTS, {"lock": lock, "statement": _milliseconds(timeout)})
    connection.commit()


def _milliseconds(timeout: float) -> str:
    # Zero would mean no limit.
    return f"{max(1, round(timeout * 1000))}ms"
