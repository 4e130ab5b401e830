"""Run it with ``./dev demo``, which starts a local platform first."""

import os
import sys
import time
from pathlib import Path

from rich.console import Console

from .upgrade import UpgradeFailedError, upgrade_to_head

MIC = "XNYS"
YEAR = 2025


def main() -> int:
    """Upgrade, attach, write, read and report; return the exit code."""
    console = Console(highlight=False)
    console.print(f"[bold]Platform[/]   {os.environ['MAINSEQUENCE_ENDPOINT']}")
    log = Path(os.environ["TDAG_ROOT_PATH"]) / "demo-upgrade.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    shown = log.relative_to(Path.cwd()) if log.is_relative_to(Path.cwd()) else log
    with console.status("Upgrading: starting the SDK's CLI") as status:
        try:
            active, ran = upgrade_to_head(log, lambda step: status.update(f"Upgrading: {step}"))
        except UpgradeFailedError as error:
            console.print(str(error), style="red", markup=False, soft_wrap=True)
            return 1
    did = f"ran {', '.join(ran)}" if ran else "was at head already"
    console.print(f"[bold]Upgrade[/]    {did}; {active} active resources in the catalog")
    console.print(f"           what the SDK printed is in {shown}", soft_wrap=True)

    with console.status("Attaching: importing msm"):
        # Imported here: it loads the SDK, which takes seconds, and the screen should say so first.
        from .session import attach, run_session

        started = time.perf_counter()
        graphs, runtime = attach()
        seconds = time.perf_counter() - started
    console.print(f"[bold]Attach[/]     {len(runtime.meta_tables)} models in {seconds:.2f} s")
    run_session(console, graphs, runtime, MIC, YEAR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
