"""Run with ``./dev run python -m benchmarks [REPEATS]``; prints one table.

Every figure is a median over interleaved repeats (7 unless told), with its spread. Ratios compare
with what the SDK costs by itself in the same run; no test asserts a duration.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from .timing import Sample, interleave, seconds_of

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PROVIDER = ("--provider", "migrations:migration")
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


class Local:
    """msm-local on a state folder of its own, so that nobody's platform is disturbed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def verb(self, *words: str) -> list[str]:
        """The command line of a verb of msm-local."""
        return [str(BIN / "msm-local"), "--state-dir", str(self.folder), *words]

    def run(self, *words: str) -> str:
        """Run a verb of msm-local and return what it printed."""
        return subprocess.run(
            self.verb(*words), cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    def state(self) -> dict[str, Any]:
        """What the running server wrote down."""
        content: dict[str, Any] = json.loads((self.folder / "default" / "state.json").read_text())
        return content

    def start_seconds(self, *, cold: bool) -> float:
        """Stop, forget everything if the start shall be a cold one, and time the start."""
        if cold:
            self.run("destroy", "--force")
        else:
            self.run("stop")
        return seconds_of(self.verb("start"), os.environ, ROOT)

    def environment(self) -> dict[str, str]:
        """Our environment with what leads the SDK to the platform."""
        variables: dict[str, str] = json.loads(self.run("env", "--format", "json"))
        return {**os.environ, **variables}

    def megabytes(self) -> float:
        """Memory of the server and all PostgreSQL processes; shared pages counted once (PSS)."""
        server = psutil.Process(self.state()["pid"])
        family = [server, *server.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in family) / 1e6

    def fsync(self) -> str:
        """The setting of fsync, without which start-up figures cannot be compared."""
        with psycopg.connect(self.state()["database_url"]) as connection:
            row = connection.execute("SHOW fsync").fetchone()
        return str(row[0]) if row else "unknown"


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
        seconds_of([*sdk, "upgrade", *PROVIDER, "head"], environment, ROOT)
        # The first one builds the template, with the SDK's CLI; what follows are clones.
        build = seconds_of(local.verb("reset"), environment, ROOT)

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
                "reset": lambda: seconds_of(local.verb("reset"), environment, ROOT),
            },
            repeats,
        )
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        fsync = local.fsync()
        local.run("destroy", "--force")
    show(starts | found | {"build": Sample((build,))}, memory, repeats, fsync)


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
    row("msm-local reset, building the template", "build", "", "")
    row("msm-local reset", "reset", "build", "2 s")
    table.add_row("idle platform", f"{memory.median:.0f} MB", memory.spread, "", "", "120 MB")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
