"""The whole way of models: revision, review, upgrade, check, a second revision."""

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
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.orm import Mapped, mapped_column

    from msm import MarketsMetaTable, MarketsTimeIndexMetaTable
    from msm.types import *
"""
# The models that the providers of the examples list, the id of the first revision and of the next
# one, and what the command has to be told to make them.
LISTED = {"acme": "Quote, QuoteTicksTS", "globex": "Rating, RatingScoresTS"}
IDS = {"acme": ("acme0001", "acme0002"), "globex": ("0001", "0002")}
OPTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "acme": (FIRST, ("--head", "acme@head", "--rev-id", "acme0002")),
    "globex": ((), ()),
}


def models_of(project: Project, code: str, *names: str) -> None:
    """Give the project these models instead of its own."""
    text = dedent(HEADER) + dedent(code)
    (project.folder / project.name / "models.py").write_text(text, encoding="utf-8")
    (project.folder / project.name / "__init__.py").write_text("", encoding="utf-8")
    provider = project.folder / f"{project.name}_migrations" / "__init__.py"
    before = provider.read_text(encoding="utf-8")
    provider.write_text(before.replace(LISTED[project.name], ", ".join(names)), encoding="utf-8")


def _run_tool(tool: str, arguments: list[str]) -> int:
    sys.path.insert(0, str(Path.cwd()))
    return int(import_module(f"migrations.{tool}.__main__").main(arguments))


def look(project: Project, tool: str, *arguments: str, environment: Mapping[str, str]) -> Finished:
    """Run a tool in the project's folder, on its provider."""
    words = ["--provider", f"{project.name}_migrations:migration", *arguments]
    return run_forked(_run_tool, tool, words, environment=environment, folder=project.folder)


def go_round(project: Project, environment: Mapping[str, str]) -> str:
    """Revise, review, upgrade, check, revise without a change; returns the first revision."""
    first, second = IDS[project.name]
    to_first, to_second = OPTIONS[project.name]
    made = project.migrate(
        "revision", "-m", "create one column of every form", *to_first, environment=environment
    )
    assert made.exit_code == 0, made.stderr
    review = look(project, "review", environment=environment)
    assert review.value == 0, review.stdout + review.stderr
    ran = project.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    check = look(project, "check", environment=environment)
    assert check.value == 0, check.stdout + check.stderr
    made = project.migrate("revision", "-m", "nothing", *to_second, environment=environment)
    assert made.exit_code == 0, made.stderr
    assert "    pass\n" in project.revision(second), project.revision(second)
    (file,) = project.versions.glob(f"{second}_*.py")
    file.unlink()
    return project.revision(first)
