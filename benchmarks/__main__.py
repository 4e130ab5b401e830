"""Run with ``./dev run python -m benchmarks [REPEATS]``; prints one table.

Every figure is a median over interleaved repeats (7 unless told), with its spread. Ratios compare
with what the SDK costs by itself in the same run; no test asserts a duration.
"""

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from .local import BIN, PROVIDER, ROOT, Local
from .timing import Sample, interleave, seconds_of

ATTACH = """
import time
from msm import start_engine
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
models = [
    *markets_sqlalchemy_models(), *portfolio_sqlalchemy_models(), *pricing_sqlalchemy_models()
]
started = time.perf_counter()
start_engine(models)
print(time.perf_counter() - started)
"""


def main(repeats: int) -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        starts = interleave(
            {
                "cold": lambda: local.start_seconds(cold=True),
                "warm": lambda: local.start_seconds(cold=False),
            },
            repeats,
        )
        environment = local.environment()
        sdk = [str(BIN / "mainsequence"), "migrations"]
        local.upgrade()

        def command(*arguments: str) -> float:
            return seconds_of(arguments, environment, ROOT)

        def attach() -> float:
            printed = subprocess.run(
                [sys.executable, "-c", ATTACH], env=environment, cwd=ROOT, capture_output=True,
                text=True, check=True,
            )  # fmt: skip
            return float(printed.stdout)

        found = interleave(
            {
                "help": lambda: command(*sdk, "--help"),
                "current": lambda: command(*sdk, "current", *PROVIDER),
                "upgrade": lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
                "sdk": lambda: command(sys.executable, "-c", "import mainsequence.meta_tables"),
                "msm": lambda: command(sys.executable, "-c", "import msm"),
                "attach": attach,
            },
            repeats,
        )
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        fsync = local.fsync()
        local.destroy()
    show(starts | found, memory, repeats, fsync)


def show(found: dict[str, Sample], memory: Sample, repeats: int, fsync: str) -> None:
    """Print every figure with its spread, what it is compared with, and the project's bound."""
    machine = f"{psutil.cpu_count()} cores, Python {platform.python_version()}, fsync {fsync}"
    table = Table(title=f"{repeats} repeats, {machine}", title_justify="left")
    for heading in ("what", "median", "spread", "over", "ratio", "bound"):
        table.add_column(heading)

    def row(what: str, name: str, over: str, bound: str) -> None:
        sample = found[name]
        ratio = f"{sample.median / found[over].median:.2f}" if over else ""
        table.add_row(what, f"{sample.median:.2f} s", sample.spread, over, ratio, bound)

    row("mainsequence migrations --help", "help", "", "")
    row("mainsequence migrations current", "current", "help", "1.2 times")
    row("mainsequence migrations upgrade (nothing to do)", "upgrade", "help", "")
    row("import the SDK's table classes", "sdk", "", "")
    row("import msm", "msm", "sdk", "1.1 times")
    row("start_engine, 61 models", "attach", "", "0.2 s")
    row("msm-local start, cold", "cold", "", "4 s")
    row("msm-local start, warm", "warm", "cold", "2 s")
    table.add_row("idle platform", f"{memory.median:.0f} MB", memory.spread, "", "", "120 MB")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
