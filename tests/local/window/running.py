"""A platform as a user has it: started by msm-local in this checkout, with the rows of the demo."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

__all__ = ["Running", "with_demo"]

ROOT = Path(__file__).parents[3]


class Running:
    """A running instance, and a service that calls it.

    Attributes:
        state: the folder of its state.
        endpoint: where it answers.
        http: calls its API of metatables, with its token.
    """

    def __init__(self, state: Path) -> None:
        self.state = state
        status = json.loads(self.local("status", "--json"))
        self.endpoint: str = status["endpoint"]
        token = json.loads(next(state.rglob("state.json")).read_text(encoding="utf-8"))["token"]
        self.http = httpx.Client(
            base_url=f"{self.endpoint}/metatables",
            headers={"X-Metatables-Local-Token": token},
            timeout=30,
        )
        sources = self.http.get("/data-sources/").json()
        self._data_source = sources["results"][0]["uid"]

    def local(self, *arguments: str) -> str:
        """Run msm-local; its standard output."""
        program = Path(sys.executable).with_name("msm-local")
        ran = subprocess.run(
            [program, "--state-dir", self.state, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def link(self) -> str:
        """A link that logs a browser in once."""
        return str(json.loads(self.local("open", "--json"))["link"])

    def operate(self, operation: str, sql: str, **parameters: Any) -> httpx.Response:
        """Run a statement as a service does."""
        body = {
            "operation": operation,
            "data_source_uid": self._data_source,
            "statement": {"sql": sql, "parameters": parameters},
        }
        return self.http.post("/meta-tables/execute-operation/", json=body)

    def alter(self, statement: str) -> None:
        """Change the database as nobody should."""
        state = json.loads(next(self.state.rglob("state.json")).read_text(encoding="utf-8"))
        with psycopg.connect(state["database_url"]) as connection:
            connection.execute(statement.encode())


@contextmanager
def with_demo(state: Path) -> Iterator[Running]:
    """An instance whose state is in this folder, after the demo; it is stopped in the end."""
    program = Path(sys.executable).with_name("msm-local")
    command = [str(program), "--state-dir", str(state)]
    try:
        demo = [*command, "exec", "--", sys.executable, "-m", "examples.demo"]
        ran = subprocess.run(demo, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        running = Running(state)
        with closing(running.http):
            yield running
    finally:
        subprocess.run([*command, "stop"], cwd=ROOT, capture_output=True, check=False)
