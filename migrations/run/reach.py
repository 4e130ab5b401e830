"""What a migration command of the SDK needs before it runs: its platform, and little waiting.

If it does not reach the platform, the SDK retries, and then prints a traceback of over a hundred
lines.
"""

import gc
import sys
from collections.abc import Mapping
from typing import Any

from msm.errors import PlatformError
from msm.platform import is_local, probe, quiet_sdk, refusals_of
from msm.sdk import CONTEXT, find_platform, running_command

__all__ = ["pause_collector", "reach_or_exit"]

COMMANDS = frozenset({"current", "downgrade", "revision", "upgrade"})


def reach_or_exit() -> None:
    """Find the platform, if a migration command of the SDK runs that needs one.

    Raises:
        SystemExit: no platform answers, or it does not accept this process; the reason is on
            standard error, in one sentence.
    """
    options = _command_options()
    if options is None or not _asks_the_platform(options):
        return
    try:
        # The network of a deployment may be slow at first: there the retries of the SDK are right.
        if is_local():
            probe()
        with quiet_sdk(), refusals_of(CONTEXT):
            find_platform()
    except PlatformError as error:
        # Not an error of ours: the SDK reports an Exception here as a wrong --provider.
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error


def pause_collector() -> None:
    """Switch the garbage collector off, if a migration command of the SDK runs.

    What it imports is some 200,000 objects that live as long as its process, which ends in seconds.
    Walking them, the last time at exit, is a tenth of the time of ``current``. A program that runs
    a migration keeps its collector, also below another command line.
    """
    if _command_options() is not None:
        gc.disable()


def _command_options() -> Mapping[str, Any] | None:
    """The options of the migration command that runs; None where none runs."""
    command = running_command()
    return None if command is None or command[0] not in COMMANDS else command[1]


def _asks_the_platform(options: Mapping[str, Any]) -> bool:
    """Whether a command uses the platform, as all do but a revision by hand or of another URL."""
    return options.get("autogenerate", True) and not options.get("sqlalchemy_url")
