"""The histories as graphs, and each revision in words, as SQL, and as its review sees it."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from psycopg import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from msm_local.errors import UnreadableRevisionError
from msm_local.repositories.window.fingerprints import find_fingerprints
from msm_local.status.histories import History
from msm_local.status.providers import Provider
from msm_local.status.revisions import revision_files
from msm_local.window.drawing.graph import ROW, draw
from msm_local.window.facts import Facts, facts_of
from msm_local.window.histories import Line, read_history, read_lines
from msm_local.window.rendering import render

__all__ = ["routes"]


def show(request: Request) -> Response:
    """The page; what takes a child process is asked for when it is shown."""
    facts = facts_of(request)
    with facts.connect() as connection:
        lines = read_lines(
            connection, facts.catalog(facts.state()), facts.instance.root, facts.providers()
        )
        lines += _never_run(facts, lines, facts.providers())
        shown = [_shown(connection, facts, line) for line in lines]
    return render(request, "revisions.html", lines=shown, row=ROW)


def describe(request: Request) -> Response:
    """The revisions of one provider in words, for the page."""
    facts = facts_of(request)
    provider = request.query_params.get("provider", "")
    namespace = request.query_params.get("namespace") or None
    if provider not in {each.reference for each in facts.providers()}:
        raise HTTPException(404, f"The project has no provider {provider}.")
    history = read_history(facts.instance.root, provider, namespace)
    if history is None:
        raise HTTPException(404, f"The provider {provider} has no revisions.")
    return render(
        request,
        "described.html",
        described=facts.descriptions.read(provider, history),
        nodes=draw(history, ()).nodes,
        titles=_titles(history),
        prefix=_prefix(namespace or provider),
    )


def _never_run(facts: Facts, lines: Sequence[Line], providers: Sequence[Provider]) -> list[Line]:
    """A line for each provider whose revisions were never applied here."""
    shown = {line.provider for line in lines}
    found = []
    for provider in providers:
        if provider.reference in shown:
            continue
        try:
            history = read_history(facts.instance.root, provider.reference)
        except UnreadableRevisionError as error:
            found.append(Line("", "", (), provider.reference, None, str(error)))
            continue
        if history is not None and not _is_shown(history, lines):
            found.append(Line("", "", (), provider.reference, history))
    return found


def _is_shown(history: History, lines: Sequence[Line]) -> bool:
    """Whether another line has all of these revisions: that of a project that extends them."""
    return any(line.history and set(history.known) <= set(line.history.known) for line in lines)


def _shown(connection: Connection[Any], facts: Facts, line: Line) -> dict[str, Any]:
    history = line.history
    return {
        "line": line,
        "graph": draw(history, line.applied) if history else None,
        "titles": _titles(history) if history else {},
        "fingerprints": find_fingerprints(connection, line.table) if line.table else {},
        "described": facts.descriptions.known(line.provider, history) if history else None,
        "prefix": _prefix(line.namespace or line.provider),
    }


def _prefix(name: str) -> str:
    """The beginning of the ids of a history in the page."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def _titles(history: History) -> dict[str, str]:
    """The first line of the docstring of each revision file, by the id in its name."""
    titles: dict[str, str] = {}
    for folder in history.folders:
        for file in revision_files(folder):
            known = next((name for name in history.known if file.stem.startswith(name)), None)
            if known is not None:
                titles[known] = _title(file)
    return titles


def _title(file: Path) -> str:
    # The docstring is the first statement: the rest of a large file need not be parsed.
    head = file.read_text(encoding="utf-8").partition("\n\n")[0]
    try:
        text = ast.get_docstring(ast.parse(head)) or ""
    except SyntaxError:
        text = head.strip("\"' \n")
    return text.partition("\n")[0]


routes = [Route("/revisions/", show), Route("/revisions/described/", describe)]
