"""Warnings from squawk, a linter of PostgreSQL migrations, about the SQL of ``upgrade()``."""

import bisect
import json
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .history import HistoryError, Revision
from .recorder import Location
from .review import Finding

__all__ = ["Squawk", "SquawkError"]

PG_VERSION = "18.0"
# env.py sets both time-outs on every migration connection, so no revision needs to. The lengths of
# text columns are those of the published tables, and a change would be a difference to them.
EXCLUDED = ("prefer-text-field", "require-lock-timeout", "require-statement-timeout")
# In seconds.
TIMEOUT = 60


class SquawkError(HistoryError):
    """squawk failed to read the SQL of a revision."""


@dataclass(frozen=True, slots=True)
class Squawk:
    """The installed squawk.

    Attributes:
        program: its path.
        version: such as ``2.70.0``.
    """

    program: str
    version: str

    @classmethod
    def installed(cls) -> "Squawk | None":
        """The squawk of this environment or on PATH; None if there is none."""
        # The environment first, which may not be activated.
        places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
        program = shutil.which("squawk", path=places)
        if program is None:
            return None
        finished = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        return cls(program, finished.stdout.split()[-1])

    def warnings(self, revision: Revision) -> Iterator[Finding]:
        """Squawk's warnings about one revision, at the lines of the revision's file.

        Raises:
            SquawkError: squawk failed.
        """
        for warning in self._lint(revision):
            yield Finding(
                revision=revision.id,
                rule=warning["rule_name"],
                # squawk counts lines from 0.
                location=_location(revision, warning["line"] + 1),
                why=warning["message"],
                to_do=warning["help"] or "",
            )

    def _lint(self, revision: Revision) -> list[dict[str, Any]]:
        recording = revision.upgrade
        command = [self.program, "--reporter", "json", "--pg-version", PG_VERSION]
        command += ["--exclude", ",".join(EXCLUDED)]
        # Alembic runs a revision in a transaction, but not what is in an autocommit block.
        if not recording.blocks:
            command.append("--assume-in-transaction")
        finished = subprocess.run(
            command,
            input=recording.sql,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        # The output decides: the exit code is 1 for a warning, too.
        try:
            found: list[dict[str, Any]] = json.loads(finished.stdout)
        except ValueError as error:
            output = finished.stderr.strip() or finished.stdout.strip()
            raise SquawkError(
                f"{self.program} could not read the SQL of {revision.path} ({output}); run "
                f"`{self.program} --version`, and reinstall squawk-cli if that fails too.",
                folder=revision.path.parent,
            ) from error
        return found


def _location(revision: Revision, sql_line: int) -> Location:
    """The call in the revision that produced a line of SQL."""
    operations = revision.upgrade.operations
    index = bisect.bisect_right(operations, sql_line, key=lambda operation: operation.sql_line)
    return operations[index - 1].location if index else Location(revision.path, 1)
