"""Upgrade the database to head with the SDK's CLI, and show progress instead of its output."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["PROVIDER", "UpgradeFailedError", "upgrade_to_head"]

PROVIDER = "migrations:migration"

REVISION = re.compile(r"Running upgrade \S* -> (\d+), (.+)")

# The steps of an upgrade in the lines that the SDK prints, and a text for each. SDK 8 prints
# several hundred lines, and metatables only those of the revisions.
STEPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Loading migration provider"), "loading the provider"),
    (re.compile(r"collection-create request for (\d+)"), r"reserving \1 tables in the catalog"),
    (REVISION, r"revision \1: \2"),
    (re.compile(r"Finalizing MetaTable catalog"), "finalizing the catalog"),
)


# If one of these is set, as on GitHub, the SDK's CLI colours its output even in a file.
COLOURING = {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS"}


class UpgradeFailedError(Exception):
    """The SDK's upgrade ended with a non-zero exit code.

    Attributes:
        log: the file with everything that the SDK printed.
    """

    def __init__(self, exit_code: int, log: Path) -> None:
        printed = log.read_text(encoding="utf-8").strip()
        # The SDK draws a box around a traceback and writes the message below it, in several lines.
        # Without a box, the last line is the message.
        _, box, below = printed.rpartition("╯\n")
        message = " ".join(below.split()) if box else printed.rpartition("\n")[2]
        super().__init__(
            f"The upgrade failed with exit code {exit_code}: {message or 'without a message.'} "
            f"The whole output is in {log}"
        )
        self.log = log


def upgrade_to_head(log: Path, progress: Callable[[str], None]) -> tuple[int, list[str]]:
    """Run ``migrations upgrade head`` with the command of the installed SDK.

    Args:
        log: the file for the output of the SDK.
        progress: called with a short text at each step.

    Returns:
        The number of active resources, and the revisions that ran.

    Raises:
        UpgradeFailedError: the SDK's exit code was not zero.
    """
    # Not asked of msm, which would load the SDK here too. Today's SDK has a `mainsequence` as well,
    # but without migrations.
    program = Path(sys.executable).with_name("metatables")
    if not program.exists():
        program = program.with_name("mainsequence")
    command = [str(program), "migrations", "upgrade", "--provider", PROVIDER, "head", "--json"]
    environment = {name: value for name, value in os.environ.items() if name not in COLOURING}
    revisions: list[str] = []
    with log.open("w", encoding="utf-8") as lines, tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.PIPE, text=True
        )
        for line in process.stderr or ():
            lines.write(line)
            for pattern, words in STEPS:
                if found := pattern.search(line):
                    progress(found.expand(words))
            if found := REVISION.search(line):
                revisions.append(found[1])
        if exit_code := process.wait():
            lines.flush()
            raise UpgradeFailedError(exit_code, log)
        output.seek(0)
        return int(json.load(output)["active_count"]), revisions
