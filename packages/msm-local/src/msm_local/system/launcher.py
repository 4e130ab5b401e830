"""How a user runs msm-local: by its name, or through the launcher of a checkout."""

import os

__all__ = ["LAUNCHER", "LOCAL_COMMAND", "own_command"]

# Set by a launcher in front of which a command needs its own words, such as `./dev run`.
LAUNCHER = "MSM_LAUNCHER"
# Set by `msm-local exec` for its command: msm-local on the same platform, as the user types it.
LOCAL_COMMAND = "MSM_LOCAL_COMMAND"


def own_command(arguments: str) -> str:
    """A command of msm-local as the user has to type it, such as ``./dev run msm-local stop``."""
    return " ".join(filter(None, (os.environ.get(LAUNCHER), "msm-local", arguments)))
