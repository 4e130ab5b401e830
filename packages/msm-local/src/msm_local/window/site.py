"""The pages of the window, as one application."""

from importlib.resources import files
from pathlib import Path

import psycopg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from msm_local.database.libpq import message_of
from msm_local.errors import MsmLocalError
from msm_local.instances.instance import Instance
from msm_local.window import activity, api_page, overview, revisions, table, tables
from msm_local.window.facts import Facts
from msm_local.window.rendering import render

__all__ = ["create_site"]

# A page is a module with a list of routes.
PAGES = (overview, tables, table, revisions, activity, api_page)
STATIC = Path(str(files("msm_local.window"))) / "static"


def create_site(instance: Instance) -> Starlette:
    """The application, to be mounted at the root of the window."""
    site = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            *(route for page in PAGES for route in page.routes),
        ],
        exception_handlers={
            HTTPException: _absent,
            MsmLocalError: _refused,
            psycopg.errors.LockNotAvailable: _locked,
            psycopg.Error: _failed,
            Exception: _unexpected,
        },
    )
    site.state.facts = Facts(instance)
    return site


def _absent(request: Request, error: Exception) -> Response:
    detail = error.detail if isinstance(error, HTTPException) else str(error)
    status = error.status_code if isinstance(error, HTTPException) else 404
    sentence = f"There is no page {request.url.path}." if detail == "Not Found" else detail
    return render(request, "problem.html", status=status, sentence=sentence)


def _refused(request: Request, error: Exception) -> Response:
    return render(request, "problem.html", status=503, sentence=str(error))


def _locked(request: Request, _error: Exception) -> Response:
    sentence = (
        "A migration or another program has locked what this page reads; the overview shows who "
        "holds a lock. Load the page again when the lock has ended."
    )
    return render(request, "problem.html", status=503, sentence=sentence)


def _failed(request: Request, error: Exception) -> Response:
    said = message_of(error) if isinstance(error, psycopg.Error) else str(error)
    return render(request, "problem.html", status=503, sentence=f"PostgreSQL says: {said}")


def _unexpected(request: Request, _error: Exception) -> Response:
    # Starlette raises the error again after this answer, so that the log has it.
    sentence = "msm-local failed on this page; its log, which the overview names, says why."
    return render(request, "problem.html", status=500, sentence=sentence)
