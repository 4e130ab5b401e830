"""A revision that an author makes of the lines that review prints."""

import ast
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.downstream.conftest import Project
from tests.downstream.cycle import look

__all__ = ["generate", "questions", "take_lines"]


def generate(project: Project, number: str, environment: Mapping[str, str]) -> Path:
    """Have the SDK write the next revision of the project from its models."""
    place = ("--head", "base") if number == "acme0001" else ("--head", "acme@head")
    words = ("-m", f"Say what {number} changes", *place, "--rev-id", number)
    made = project.migrate("revision", *words, environment=environment)
    assert made.exit_code == 0, made.stderr
    (file,) = project.versions.glob(f"{number}_*.py")
    return file


def questions(
    project: Project, number: str, environment: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The warnings that review prints about possible renames in a revision."""
    seen = look(project, "review", "--json", number, environment=environment)
    assert seen.stderr == ""
    warnings = json.loads(seen.stdout)["warnings"]
    return [warning for warning in warnings if warning["rule"] == "possible-rename"]


def take_lines(file: Path, asked: Sequence[Mapping[str, Any]]) -> None:
    """Do with a revision what the questions say: these lines instead of those at their places."""
    text = file.read_text(encoding="utf-8")
    replaced = {int(number) for each in asked for number in places(each["to_do"])}
    printed = ["\n".join(each["lines"]) for each in asked]
    bodies = {
        "upgrade": [body(lines, "upgrade") for lines in printed],
        # What is done last is undone first.
        "downgrade": [body(lines, "downgrade") for lines in reversed(printed)],
    }
    kept = [
        segment(text, node)
        for node in function(text, "upgrade").body
        if node.lineno not in replaced and not isinstance(node, ast.Pass)
    ]
    bodies["upgrade"] += kept
    assert kept == [], "the test has no lines to undo these"
    head = text[: text.index("def upgrade()")]
    functions = [
        f"def {name}() -> None:\n" + "\n".join(lines) + "\n" for name, lines in bodies.items()
    ]
    file.write_text(head + "\n\n".join(functions), encoding="utf-8")


def places(to_do: str) -> list[str]:
    found = re.search(r"instead of lines? ([\d, and]+) of upgrade", to_do)
    assert found, to_do
    return re.findall(r"\d+", found[1])


def function(text: str, name: str) -> ast.FunctionDef:
    (found,) = (
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return found


def body(text: str, name: str) -> str:
    return "\n".join(segment(text, node) for node in function(text, name).body)


def segment(text: str, node: ast.stmt) -> str:
    assert node.end_lineno is not None
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
