"""The layers of msm_local: where SQL, HTTP types and commits may be.

What may import what is a contract in pyproject.toml; tests/workspace/test_architecture.py holds it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import msm_local

PACKAGE = "msm_local"
ROOT = Path(msm_local.__file__).parent

SQL_ALLOWED = {
    "repositories": "it is what they are for",
    "database": "it creates the catalog, sets up sessions, and writes SQL for an administrator",
}
# They quote SQL in messages, and send none.
SQL_QUOTED = {"sql"}
SQL_CALLS = {"execute", "executemany", "stream", "copy", "send_query"}
SQL_VERBS = (
    *("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH ", "CREATE ", "ALTER ", "DROP "),
    *("GRANT ", "REVOKE ", "SET ROLE ", "DECLARE ", "FETCH ", "MOVE ", "TRUNCATE ", "REASSIGN "),
)
COMMITS_ALLOWED = {
    "database.pools": "its transactions are what endpoints get; a new connection is given back idle"
}
# The web application, and what starts it or calls it.
ABOVE_HTTP = {
    "api",
    "engines",
    "platform",
    "server",
    "instances",
    "client",
    "status",
    "window",
    "reset",
    "doctor",
    "cli",
    "testing",
}
HTTP_LIBRARIES = {"fastapi", "starlette", "uvicorn", "httpx", "http"}
# Their shapes are those of requests and answers: services turn them into rows, and rows into them.
HTTP_SHAPES = {
    f"msm_local.contract.{part}{shape}"
    for part in ("", "metatables.")
    for shape in ("requests", "responses")
}


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the package, or a piece of source that a test takes for one.

    Attributes:
        name: dotted, below the package.
        tree: its syntax tree.
    """

    name: str
    tree: ast.Module

    @property
    def folder(self) -> str:
        return self.name.partition(".")[0]


def modules() -> list[Module]:
    found = []
    for file in ROOT.rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found.append(Module(name, ast.parse(file.read_text(encoding="utf-8"))))
    return found


MODULES = modules()
NAMES = {module.name for module in MODULES}


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of all that a module imports, inside functions and by name too."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom(module=str(source), level=0):
                for alias in node.names:
                    name = f"{source}.{alias.name}"
                    is_module = name.removeprefix(f"{PACKAGE}.") in NAMES
                    yield node.lineno, name if is_module else source
            case ast.Call(
                func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield node.lineno, name


def sql_outside_repositories(module: Module) -> Iterator[str]:
    if module.folder in SQL_ALLOWED:
        return
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in SQL_CALLS:
                yield f"{module.name}:{node.lineno} calls {attribute}()"
            case ast.ImportFrom(module="psycopg", names=names):
                if any(alias.name == "sql" for alias in names):
                    yield f"{module.name}:{node.lineno} imports psycopg.sql"
            case ast.Constant(value=str(text)):
                quoted = module.folder in SQL_QUOTED or id(node) in docstrings
                if text.lstrip().startswith(SQL_VERBS) and not quoted:
                    yield f"{module.name}:{node.lineno} holds SQL: {text.strip()[:40]}"


def http_below_the_api(module: Module) -> Iterator[str]:
    if module.folder in ABOVE_HTTP:
        return
    for line, name in imports(module):
        if name.partition(".")[0] in HTTP_LIBRARIES:
            yield f"{module.name}:{line} imports {name}"
        if name in HTTP_SHAPES and module.folder not in {"services", "contract"}:
            yield f"{module.name}:{line} imports {name}, the shape of a request or an answer"


def commits_outside_the_pools(module: Module) -> Iterator[str]:
    if module.name in COMMITS_ALLOWED:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                yield f"{module.name}:{node.lineno} commits"


Rule = Callable[[Module], Iterator[str]]
RULES: tuple[Rule, ...] = (
    sql_outside_repositories,
    http_below_the_api,
    commits_outside_the_pools,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_breaks_a_rule_of_the_layers(rule: Rule) -> None:
    assert [fault for module in MODULES for fault in rule(module)] == []


def test_every_exception_of_a_rule_exists() -> None:
    folders = {module.folder for module in MODULES}
    assert ABOVE_HTTP | set(SQL_ALLOWED) | SQL_QUOTED <= folders
    assert set(COMMITS_ALLOWED) <= {module.name for module in MODULES}


BROKEN: list[tuple[Rule, str, str]] = [
    (sql_outside_repositories, "services.x", "connection.execute(query)"),
    (sql_outside_repositories, "reset.x", "from psycopg import Connection, sql"),
    (sql_outside_repositories, "status.x", "QUERY = 'SELECT 1'"),
    (sql_outside_repositories, "doctor.x", "QUERY = f'''\nDELETE FROM {table}'''"),
    (sql_outside_repositories, "sql.x", "cursor.executemany(query, rows)"),
    (http_below_the_api, "services.x", "from starlette.requests import Request"),
    (http_below_the_api, "repositories.x", "def f():\n    import fastapi"),
    (http_below_the_api, "repositories.x", "from msm_local.contract import responses"),
    (http_below_the_api, "database.x", "from msm_local.contract.requests import Scope"),
    (http_below_the_api, "sql.x", "from msm_local.contract.metatables import responses"),
    (commits_outside_the_pools, "repositories.x", "connection.commit()"),
    (commits_outside_the_pools, "api.endpoints.x", "with a() as b:\n    b.commit()"),
]


def id_of(value: Rule | str) -> str:
    """The same in every worker of a run, which the address in a function's text is not."""
    return value[:40] if isinstance(value, str) else value.__name__


@pytest.mark.parametrize(("rule", "name", "source"), BROKEN, ids=id_of)
def test_a_rule_sees_the_line_that_breaks_it(rule: Rule, name: str, source: str) -> None:
    assert len(list(rule(Module(name, ast.parse(source))))) == 1
