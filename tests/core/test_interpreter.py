"""Importing msm changes nothing in the interpreter of its host."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.generation import only_metatables

# In a process of its own: this one has imported the SDK already.
COMPARE = """
import gc, json, logging, signal, sys, warnings

log = logging.FileHandler({log!r}, mode="w")
logging.getLogger().addHandler(log)
warnings.filterwarnings("error", category=BytesWarning)
sys.excepthook = lambda *_: print("the host's hook")
gc.{collector}()


def state():
    root = logging.getLogger()
    return {{
        "excepthook": sys.excepthook,
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()),
        "warnings filters": (id(warnings.filters), list(warnings.filters)),
        "root logger": (root.level, root.handlers[:], root.filters[:], root.disabled),
        "log handlers": [reference() for reference in logging._handlerList if reference() is log],
        "class of new loggers": logging.getLoggerClass(),
        "signal handlers": [signal.getsignal(number) for number in signal.valid_signals()],
        "sys.path": sys.path[:],
    }}


before = state()
import msm, msm_portfolio, msm_pricing
from migrations import migration
after = state()
logging.getLogger().error("logged after the import")
print(json.dumps([name for name in before if before[name] != after[name]]))
"""


def run_code(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.mark.parametrize("collector", ["enable", pytest.param("disable", marks=pytest.mark.slow)])
def test_imports_leave_the_interpreter_as_found(tmp_path: Path, collector: str) -> None:
    log = tmp_path / "host.log"
    code = COMPARE.format(log=str(log), collector=collector)
    assert json.loads(run_code(code)) == []
    assert log.read_text() == "logged after the import\n"


# As a command line imports a provider: while a command runs. It asks for no autogenerate, because
# then it needs no platform.
COMMAND = """
import gc, typer

app = typer.Typer()
app.callback()(lambda: None)


@app.command(name={command!r})
def run(autogenerate: bool = False):
    from migrations import migration

    print(gc.isenabled())


app([{command!r}])
"""


@pytest.mark.parametrize(("command", "collects"), [("revision", "False"), ("serve", "True")])
def test_a_migration_command_alone_collects_no_garbage(command: str, collects: str) -> None:
    assert run_code(COMMAND.format(command=command)) == collects


@only_metatables
def test_a_service_does_not_load_alembic() -> None:
    code = "import sys, msm, msm_portfolio, msm_pricing; print('alembic' in sys.modules)"
    assert run_code(code) == "False"


def test_an_uncaught_error_is_printed_once() -> None:
    code = "import msm; msm.start_engine([int])"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.count("msm.errors.ModelGraphError: ") == 1
