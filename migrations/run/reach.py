"""Whether a command of the SDK reaches its platform, asked before the SDK asks.

If it does not, the SDK retries, and then prints a traceback of over a hundred lines.
"""

import sys
from collections.abc import Mapping
from typing import Any

from msm.errors import PlatformError
from msm.platform import is_local, probe, quiet_sdk, refusals_of
from msm.sdk import CONTEXT, find_platform, running_command

__all__ = ["reach_or_exit"]

COMMANDS = frozenset({"current", "downgrade", "revision", "upgrade"})


def reach_or_exit() -> None:
    """Find the platform, if a migration command of the SDK runs that needs one.

    Raises:
        SystemExit: no platform answers, or it does not accept this process; the reason is on
            standard error, in one sentence.
    """
    command = running_command()
    if command is None or command[0] not in COMMANDS or not _asks_the_platform(command[1]):
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


def _asks_the_platform(options: Mapping[str, Any]) -> bool:
    """Whether a command uses the platform, as all do but a revision by hand or of another URL."""
    return options.get("autogenerate", True) and not options.get("sqlalchemy_url")
