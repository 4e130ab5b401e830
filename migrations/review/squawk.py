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
# env.py sets both time-outs on every migration connection.
# The lengths of text columns are those of the published tables.
EXCLUDED = ("prefer-text-field", "require-lock-timeout", "require-statement-timeout")
TIMEOUT = 60


class SquawkError(HistoryError):
    """squawk could not read the SQL of a revision."""


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
        """The squawk of this environment or on PATH; None where there is none."""
        places = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
        program = shutil.which("squawk", path=places)
        if program is None:
            return None
        said = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
        return cls(program, said.stdout.split()[-1])

    def warnings(self, revision: Revision) -> Iterator[Finding]:
        """What squawk says about one revision, at the lines of the revision's own file.

        Raises:
            SquawkError: squawk failed, rather than found something.
        """
        for said in self._lint(revision):
            yield Finding(
                revision=revision.id,
                rule=said["rule_name"],
                location=_location(revision, said["line"] + 1),
                why=said["message"],
                to_do=said["help"] or "",
            )

    def _lint(self, revision: Revision) -> list[dict[str, Any]]:
        run = revision.upgrade
        command = [self.program, "--reporter", "json", "--pg-version", PG_VERSION]
        command += ["--exclude", ",".join(EXCLUDED)]
        if not run.blocks:
            command.append("--assume-in-transaction")
        told = subprocess.run(
            command,
            input=run.sql,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        try:
            found: list[dict[str, Any]] = json.loads(told.stdout)
        except ValueError as error:
            raise SquawkError(
                f"{self.program} could not read the SQL of {revision.path} "
                f"({told.stderr.strip() or told.stdout.strip()}); run `{self.program} --version`, "
                "and install squawk-cli anew if that fails too.",
                folder=revision.path.parent,
            ) from error
        return found


def _location(revision: Revision, sql_line: int) -> Location:
    """The call whose SQL holds a line."""
    operations = revision.upgrade.operations
    index = bisect.bisect_right(operations, sql_line, key=lambda operation: operation.sql_line)
    return operations[index - 1].location if index else Location(revision.path, 1)
