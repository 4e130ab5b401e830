"""The tables of the catalog, by package and area, with a search."""

from collections.abc import Sequence
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from msm_local.repositories.window.listing import (
    Listed,
    find_listed,
    find_matches,
    with_contents,
)
from msm_local.repositories.window.spans import find_spans
from msm_local.window.drawing.plots import strip
from msm_local.window.facts import facts_of, writes_of
from msm_local.window.rendering import render

__all__ = ["routes"]

# All tables of msm fit.
PAGE_SIZE = 75


def show(request: Request) -> Response:
    """The page, or for htmx only its list."""
    facts = facts_of(request)
    text = request.query_params.get("q", "").strip()
    package = request.query_params.get("package", "")
    page = max(1, _number(request.query_params.get("page", "1")))
    catalog = facts.catalog(facts.state())
    with facts.connect() as connection:
        every = find_listed(connection, catalog)
        columns = (
            find_matches(connection, [table.oid for table in every if table.oid], text)
            if text
            else {}
        )
        found = [
            table
            for table in every
            if (not package or table.package == package)
            and (not text or table.oid in columns or _says(table, text))
        ]
        # A table without an area, such as that of the current revision, comes after those with one.
        found.sort(key=lambda table: (table.package, not table.area, table.area, table.name))
        pages = max(1, -(-len(found) // PAGE_SIZE))
        page = min(page, pages)
        shown = with_contents(connection, found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        spans = find_spans(connection, shown)
    only_list = request.headers.get("hx-target") == "list"
    return render(
        request,
        "table_list.html" if only_list else "tables.html",
        groups=[(key, list(group)) for key, group in groupby(shown, _group)],
        packages=sorted({table.package for table in every}),
        total=len(every),
        found=len(found),
        columns=columns,
        spans=spans,
        written=writes_of(request),
        strips={oid: strip(span.filled) for oid, span in spans.items()},
        text=text,
        package=package,
        page=page,
        pages=pages,
    )


def _group(table: Listed) -> tuple[str, str]:
    return table.package, table.area


def _says(table: Listed, text: str) -> bool:
    words: Sequence[str | None] = (
        table.name,
        table.identifier,
        table.model,
        table.area,
        table.description,
    )
    return any(text.lower() in word.lower() for word in words if word)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 1


routes = [Route("/tables/", show)]
