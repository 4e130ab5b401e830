"""The commands of msm-migrations, run as a child process when somebody asks for them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msm_local.client.environment import child_environment, sdk_environment
from msm_local.errors import MsmLocalError
from msm_local.instances.instance import Instance

__all__ = ["Checks", "Verdict", "run_command"]

# In seconds.
COMMAND_TIMEOUT = 120
# Where a command could not run, the end of what it printed says why.
MAX_SAID = 600


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one provider found.

    Attributes:
        provider: the provider.
        at: when the check ended.
        seconds: how long it took.
        ok: whether it found no difference.
        revisions: the revisions of the database.
        differences: each with ``subject``, ``detail``, ``command`` and ``sql``.
        problem: why the check could not run; empty if it did.
    """

    provider: str
    at: datetime
    seconds: float
    ok: bool
    revisions: Sequence[str] = ()
    differences: Sequence[dict[str, Any]] = field(default_factory=list)
    problem: str = ""


class Checks:
    """The last check of each provider, kept until the next one."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._running = threading.Lock()
        self._verdicts: dict[str, Verdict] = {}

    @property
    def verdicts(self) -> list[Verdict]:
        """The last verdict of each provider that was checked."""
        return list(self._verdicts.values())

    @property
    def is_running(self) -> bool:
        """Whether a check runs now."""
        return self._running.locked()

    def run(self, providers: Sequence[str]) -> None:
        """Check these providers, one after the other; nothing if a check runs already."""
        if not self._running.acquire(blocking=False):
            return
        try:
            self._verdicts = {provider: self._verdict(provider) for provider in providers}
        finally:
            self._running.release()

    def _verdict(self, provider: str) -> Verdict:
        began = time.monotonic()
        answer, problem = run_command(self._instance, "check", "--json", "--provider", provider)
        seconds = time.monotonic() - began
        now = datetime.now(UTC)
        if problem:
            return Verdict(provider, now, seconds, ok=False, problem=problem)
        found = answer["differences"]
        return Verdict(
            provider,
            now,
            seconds,
            ok=answer["ok"],
            revisions=answer["revisions"],
            differences=found,
        )


def run_command(instance: Instance, tool: str, *options: str) -> tuple[dict[str, Any], str]:
    """Run ``python -m msm_migrations.TOOL`` in the project, on the platform of the instance.

    Returns:
        The object that it prints, and why there is none; one of them is empty.
    """
    own = (instance.root / "migrations" / tool / "__main__.py").is_file()
    package = "migrations" if own else "msm_migrations"
    state = instance.read_state()
    if state is None:
        return {}, "The platform is stopping."
    try:
        variables = sdk_environment(instance, state, instance.root, os.environ)
        done = subprocess.run(
            [sys.executable, "-m", f"{package}.{tool}", *options],
            cwd=instance.root,
            env=child_environment(os.environ, variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )
    except (MsmLocalError, OSError) as error:
        return {}, str(error)
    except subprocess.TimeoutExpired:
        return {}, f"The command took more than {COMMAND_TIMEOUT} s, and was ended."
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode(errors="replace").strip()[-MAX_SAID:]
        return {}, said or f"The command printed nothing and ended with code {done.returncode}."
    return (answer, "") if "error" not in answer else ({}, str(answer["message"]))
