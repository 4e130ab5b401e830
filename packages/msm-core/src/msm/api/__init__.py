"""What a FastAPI service needs to offer the tables over HTTP; the extra ``msm-core[api]``.

Schemas of tables, errors as problem documents, pages with cursors, and a readiness check. Nothing
else of msm imports it.
"""

import msm.api.installation  # noqa: F401

# isort: split
from msm.api.pages import Page, read_page
from msm.api.problems import (
    PROBLEMS,
    Problem,
    add_problem_handlers,
    problem_of,
)
from msm.api.readiness import Readiness, check_ready
from msm.api.schemas import schema_of

__all__ = [
    "PROBLEMS",
    "Page",
    "Problem",
    "Readiness",
    "add_problem_handlers",
    "check_ready",
    "problem_of",
    "read_page",
    "schema_of",
]
