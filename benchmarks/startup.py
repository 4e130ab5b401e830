"""What starting costs: the SDK's commands with our provider, imports, attaching, msm-local."""

import subprocess
import sys
import tempfile
from pathlib import Path

from .local import BIN, PROVIDER, ROOT, Local
from .timing import Figure, Sample, figure, interleave, seconds_of

__all__ = ["measure"]

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
                "migrations --help": lambda: command(*sdk, "--help"),
                "migrations current": lambda: command(*sdk, "current", *PROVIDER),
                "migrations upgrade, no-op": lambda: command(*sdk, "upgrade", *PROVIDER, "head"),
                "import the SDK's tables": lambda: command(
                    sys.executable, "-c", "import mainsequence.meta_tables"
                ),
                "import msm": lambda: command(sys.executable, "-c", "import msm"),
                "start_engine, 61 models": attach,
            },
            repeats,
        )
        memory = Sample(tuple(local.megabytes() for _ in range(repeats)))
        local.destroy()
    return [
        figure(found, "migrations --help"),
        figure(found, "migrations current", "migrations --help", bound="1.2 times"),
        figure(found, "migrations upgrade, no-op", "migrations --help"),
        figure(found, "import the SDK's tables"),
        figure(found, "import msm", "import the SDK's tables", bound="1.1 times"),
        figure(found, "start_engine, 61 models", bound="0.2 s"),
        figure(starts, "msm-local start, cold", bound="4 s"),
        figure(starts, "msm-local start, warm", "msm-local start, cold", bound="2 s"),
        Figure("idle platform", memory, "MB", bound="120 MB"),
    ]
