"""The whole way of a model: revision, review, upgrade, check, a second revision, downgrade."""

import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from textwrap import dedent

from tests.downstream.conftest import FIRST, Project
from tests.support.forked import Finished, run_forked

__all__ = ["go_round", "look", "models_of"]

HEADER = """
    import datetime
    import enum
    import uuid
    from decimal import Decimal
    from typing import Any, Literal

    import sqlalchemy as sa
    from sqlalchemy import CheckConstraint, Computed, ForeignKey, Identity, Index, text
    from sqlalchemy.orm import Mapped, mapped_column

    from msm import MarketsMetaTable, MarketsTimeIndexMetaTable
    from msm.types import *
"""


def models_of(project: Project, code: str, *names: str) -> None:
    """Give the project these models instead of its own."""
    text = dedent(HEADER) + dedent(code)
    (project.folder / project.name / "models.py").write_text(text, encoding="utf-8")
    (project.folder / project.name / "__init__.py").write_text("", encoding="utf-8")
    provider = project.folder / f"{project.name}_migrations" / "__init__.py"
    before = provider.read_text(encoding="utf-8")
    listed = ", ".join(names)
    provider.write_text(before.replace("Quote, QuoteTicksTS", listed), encoding="utf-8")


def _run_tool(tool: str, arguments: list[str]) -> int:
    sys.path.insert(0, str(Path.cwd()))
    return int(import_module(f"migrations.{tool}.__main__").main(arguments))


def look(project: Project, tool: str, *arguments: str, environment: Mapping[str, str]) -> Finished:
    """Run a tool in the project's folder, on its provider."""
    words = ["--provider", f"{project.name}_migrations:migration", *arguments]
    return run_forked(_run_tool, tool, words, environment=environment, folder=project.folder)


def go_round(project: Project, environment: Mapping[str, str]) -> str:
    """Revise, review, upgrade, check, revise without a change; returns the first revision."""
    made = project.migrate(
        "revision", "-m", "create one column of every form", *FIRST, environment=environment
    )
    assert made.exit_code == 0, made.stderr
    review = look(project, "review", environment=environment)
    assert review.value == 0, review.stdout + review.stderr
    ran = project.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    check = look(project, "check", environment=environment)
    assert check.value == 0, check.stdout + check.stderr
    again = ("--head", "acme@head", "--rev-id", "acme0002")
    made = project.migrate("revision", "-m", "nothing", *again, environment=environment)
    assert made.exit_code == 0, made.stderr
    assert "    pass\n" in project.revision("acme0002"), project.revision("acme0002")
    (file,) = project.versions.glob("acme0002_*.py")
    file.unlink()
    return project.revision("acme0001")
