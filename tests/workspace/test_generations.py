"""Only the adapters, and the commands in messages, know which generation of the SDK runs."""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT
from tests.workspace.test_architecture import python_files

OURS = ("packages/msm-core", "packages/msm-portfolio", "packages/msm-pricing", "migrations")
MSM = Path("packages/msm-core/src/msm")
KNOWING = (MSM / "sdk", MSM / "generation.py", MSM / "errors" / "commands.py")
# An identifier or a text that names a generation, or a module of one.
NAMES = re.compile(
    r"GENERATION|mainsequence8|\bmetatables\b|installed_version"
    r"|mainsequence\.(cli|client|meta_tables)|mainsequence-metatable"
)


def test_nothing_else_knows_which_generation_runs() -> None:
    found = {
        str(file): names
        for file in python_files(ROOT)
        if any(file.is_relative_to(folder) for folder in OURS)
        and not any(file.is_relative_to(place) for place in KNOWING)
        and (names := named_in((ROOT / file).read_text(encoding="utf-8")))
    }
    assert found == {}


def named_in(source: str) -> list[str]:
    """What the code names of a generation; its docstrings may give an example."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node) is not None
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        str(text)
        for node in ast.walk(tree)
        if id(node) not in docstrings
        for name in ("value", "id", "attr", "module", "name")
        if isinstance(text := vars(node).get(name), str)
    ]
    return [text for text in texts if NAMES.search(text)]
