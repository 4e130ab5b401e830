"""The root of the errors, and those that are directly below it."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from msm.errors import ModelGraphError, MsmError

__all__ = [
    "DatabaseSession",
    "LimitError",
    "LockHeldError",
    "MigrationError",
    "ProviderModelsError",
    "ReservationError",
]


@dataclass(frozen=True, slots=True)
class DatabaseSession:
    """A session of PostgreSQL, as far as the migration role may see it.

    Attributes:
        pid: of its process on the database server.
        application: its ``application_name``.
        since: when its last statement began; None if the role may not see it.
    """

    pid: int
    application: str
    since: datetime | None = None

    def __str__(self) -> str:
        name = f" ({self.application})" if self.application else ""
        began = (
            f", its last statement began {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""
        )
        return f"pid {self.pid}{name}{began}"


# Also a SystemExit: a command of the SDK's CLI prints a box of 75 lines with a traceback for every
# other exception that it does not expect. A program may catch it as what it is.
class MigrationError(MsmError, SystemExit):
    """A migration cannot be run or checked.

    Where nothing catches it, Python ends the process with its sentence, without a traceback.

    Attributes:
        exit_code: of the process that the error ends.
    """

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        # Python prints a text, and exits with 1.
        self.code = message

    def exit(self) -> NoReturn:
        """Print the sentence, and end this process with the exit code unless a caller catches this.

        For code that the SDK or Alembic calls.
        """
        sys.stderr.write(f"{self}\n")
        self.code = self.exit_code
        raise self


class ProviderModelsError(MigrationError, ModelGraphError):
    """The models cannot be those of a migration provider.

    Attributes:
        models: the wrong classes, as ``module.QualifiedName``.
    """

    def __init__(self, message: str, *, models: Sequence[object]) -> None:
        ModelGraphError.__init__(self, message, models=models)
        self.code = message


class ReservationError(MigrationError):
    """The platform did not reserve the tables in its catalog, and nothing was changed."""


class LimitError(MigrationError):
    """An ``MSM_MIGRATION_*`` variable holds a value that cannot be used.

    Attributes:
        variable: its name.
        value: what it holds.
    """

    def __init__(self, variable: str, value: str, *, needed: str) -> None:
        self.variable = variable
        self.value = value
        super().__init__(f"{variable}={value!r} is not {needed}; correct it, or unset it.")


class LockHeldError(MigrationError):
    """Another migration of the same database and version table is running.

    Attributes:
        table: the version table whose lock it holds.
        timeout: how long this one waited, in seconds.
        holder: the session that holds it; None if it had ended when it was looked up.
    """

    # Of sysexits.h: a temporary failure, so that a deployment job may try again later.
    exit_code = os.EX_TEMPFAIL

    def __init__(
        self, table: str, *, timeout: float, holder: DatabaseSession | None, variable: str
    ) -> None:
        self.table = table
        self.timeout = timeout
        self.holder = holder
        super().__init__(
            f"Another migration holds the lock of {table} and did not end within {timeout:g} s: "
            f"{holder or 'its session could not be found'}; run this again when it has ended, or "
            f"set {variable} (seconds) to wait longer."
        )
