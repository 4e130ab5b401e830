"""Run a command against a platform, and watch that the platform keeps running."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from msm_local.instances.apis import METATABLES
from msm_local.instances.health import probe
from msm_local.instances.instance import API_ENDED, Instance, State
from msm_local.system.launcher import LOCAL_COMMAND
from msm_local.system.processes import ENDING_SIGNALS, SIGNAL_BASE, is_server

__all__ = ["NOT_FOUND", "UNUSABLE", "run_on_platform"]

# Lets a downgrade drop rows: this is a place to try things. The user's own value comes first.
DATA_LOSS = "MSM_ALLOW_DATA_LOSS"
UNUSABLE = 126
NOT_FOUND = 127
WATCH_INTERVAL = 0.5
RESTART_TIMEOUT = 10.0


def run_on_platform(
    instance: Instance,
    state: State,
    command: Sequence[str],
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> int:
    """Run the command; its exit code, or 128 plus the number of the signal that ended it.

    Signals that we get are forwarded. If the server dies while the command runs, that is reported,
    and the command is ended unless the platform is back within RESTART_TIMEOUT: the SDK would retry
    for minutes, and print thousands of lines. If only the metatables API died, the command is ended
    at once. If the platform is stopped, the command goes on.
    """
    try:
        # What the command prints as advice begins with what runs it here.
        own = {LOCAL_COMMAND: instance.command("").rstrip()}
        process = subprocess.Popen(list(command), env={DATA_LOSS: "1", **environment, **own})
    except OSError as error:
        say(f"{command[0]!r} cannot be run ({error.strerror}); a script needs a #! line.")
        return UNUSABLE

    def forward(number: int, _frame: FrameType | None) -> None:
        # A terminal sends Ctrl-C to the command too: forwarded, it would count as a second one.
        if number != signal.SIGINT or not sys.stdin.isatty():
            process.send_signal(number)

    # In place of the command line's own handlers, which would end us and leave the command running.
    for number in ENDING_SIGNALS:
        signal.signal(number, forward)
    ended = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=(instance, state, process, ended, say), name="msm-local watcher"
    )
    watcher.start()
    try:
        code = process.wait()
    finally:
        ended.set()
        watcher.join()
    return SIGNAL_BASE - code if code < 0 else code


def _watch(
    instance: Instance,
    state: State,
    process: subprocess.Popen[bytes],
    ended: threading.Event,
    say: Callable[[str], None],
) -> None:
    while not ended.wait(WATCH_INTERVAL):
        if is_server(state.pid, instance.folder):
            if state.api == METATABLES and _api_ended(instance, state):
                say(
                    f"The metatables API of the platform died (its log is {state.log_path}), and "
                    f"so the command is ended; run `{instance.command('stop')}`, then "
                    f"`{instance.command('start')}`."
                )
                process.terminate()
                return
            continue
        left = instance.read_state()
        if left is None:
            # A regular stop: somebody wanted it.
            return
        if left.pid != state.pid:
            # It was started again since we looked last.
            state = left
            continue
        say(
            f"The server of the platform died (pid {state.pid}; its log is {state.log_path}); run "
            f"`{instance.command('start')}` within {RESTART_TIMEOUT:.0f} s, or the command is "
            "ended."
        )
        deadline = time.monotonic() + RESTART_TIMEOUT
        while time.monotonic() < deadline:
            if ended.wait(WATCH_INTERVAL):
                return
            health = probe(instance)
            if health.status == "healthy" and health.state is not None:
                state = health.state
                break
        else:
            process.terminate()
            return


def _api_ended(instance: Instance, state: State) -> bool:
    left = instance.read_state()
    return left is not None and left.pid == state.pid and left.phase == API_ENDED
