"""What starting costs: the SDK's commands with our provider, imports, attaching, msm-local."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from .timing import Figure, Sample, figure, interleave, seconds_of

__all__ = ["measure"]

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


def measure(repeats: int) -> list[Figure]:
    """Measure on a local platform of this run's own, with fsync on."""
    with tempfile.TemporaryDirectory(prefix="msm-benchmarks-") as folder:
        local = Local(Path(folder) / "state")
        starts = interleave(
            {
                "msm-local start, cold": lambda: local.start_seconds(cold=True),
                "msm-local start, warm": lambda: local.start_seconds(cold=False),
            },
            repeats,
        )
        environment = local.environment()
        sdk = [str(BIN / "mainsequence"), "migrations"]
        seconds_of([*sdk, "upgrade", *PROVIDER, "head"], environment, ROOT)
        # The first one builds the template, with the SDK's CLI; what follows are clones.
        build = Sample((seconds_of(local.verb("reset"), environment, ROOT),))

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
                "migrations --help": lambda: command(*sdk, "--help"),
                "migrations current": lambda: command(*sdk, "current", *PROVIDER),
                "migrations upgrade, no-op": lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
                "import the SDK's tables": lambda: command(
                    sys.executable, "-c", "import mainsequence.meta_tables"
                ),
                "import msm": lambda: command(sys.executable, "-c", "import msm"),
                "start_engine, 61 models": attach,
                "msm-local reset": lambda: seconds_of(local.verb("reset"), environment, ROOT),
            },
            repeats,
        )
        resets = found | {"msm-local reset, first": build}
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        local.run("destroy", "--force")
    return [
        figure(found, "migrations --help"),
        figure(found, "migrations current", "migrations --help", bound="1.2 times"),
        figure(found, "migrations upgrade, no-op", "migrations --help"),
        figure(found, "import the SDK's tables"),
        figure(found, "import msm", "import the SDK's tables", bound="1.1 times"),
        figure(found, "start_engine, 61 models", bound="0.2 s"),
        figure(starts, "msm-local start, cold", bound="4 s"),
        figure(starts, "msm-local start, warm", "msm-local start, cold", bound="2 s"),
        figure(resets, "msm-local reset, first"),
        figure(resets, "msm-local reset", "msm-local reset, first", bound="2 s"),
        Figure("idle platform", memory, "MB", bound="120 MB"),
    ]
