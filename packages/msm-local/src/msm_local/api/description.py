"""The endpoints that describe the API, for programs and for people."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from msm_local.api.openapi_page import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """The OpenAPI description."""
    return JSONResponse(request.app.openapi())


@router.get("/docs/")
def docs(request: Request) -> HTMLResponse:
    """The OpenAPI description as a page."""
    return HTMLResponse(page(request.app.openapi()))
