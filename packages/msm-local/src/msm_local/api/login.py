"""Logging in to the window, and what a browser sees without it."""

from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from msm_local.api.sessions import Sessions
from msm_local.contract.paths import WINDOW_ROOT

__all__ = ["LOGIN_PATH", "STATIC_PATH", "WINDOW_HEADERS", "answer_login", "refusal_page"]

LOGIN_PATH = f"{WINDOW_ROOT}/login/"
# What a browser may load without a login.
STATIC_PATH = f"{WINDOW_ROOT}/static/"
WINDOW_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it, a browser sends the Origin `null` with a form of our own page.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · msm-local</title>
<link rel="icon" href="{static}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{static}window.css">
{head}</head>
<body class="alone">
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
HOW = (
    "<p>Run this command in the folder of the project. It prints a link that works once, and opens "
    "it in your browser:</p><pre><code>msm-local open</code></pre>"
    "<p>An instance with a name: <code>msm-local --name NAME open</code>.</p>"
)
WELCOME = (
    f'<p>This browser is logged in. <a href="{WINDOW_ROOT}/">Continue to the overview</a>.</p>'
)


def answer_login(sessions: Sessions, scope: Scope, *, trusted: bool) -> Response:
    """A new code for a caller with the token, or a cookie for a browser with a code.

    Args:
        sessions: of the instance.
        scope: the request, at LOGIN_PATH.
        trusted: whether the request carries the token.
    """
    if scope["method"] == "POST" and trusted:
        code = sessions.new_code()
        return JSONResponse({"path": f"{LOGIN_PATH}?code={code}"}, headers=WINDOW_HEADERS)
    query = parse_qs(scope["query_string"].decode("latin-1"))
    cookie = sessions.redeem(query.get("code", [""])[0]) if scope["method"] == "GET" else None
    if cookie is None:
        return refusal_page("This link was used already, or it is too old.")
    # Not a redirect: a browser that came from another program's page would not send a cookie of
    # SameSite=Strict with the next request. A page of ours starts a new navigation.
    head = f'<meta http-equiv="refresh" content="0;url={WINDOW_ROOT}/">\n'
    page = _page("Logged in", WELCOME, head)
    return HTMLResponse(page, headers={**WINDOW_HEADERS, "Set-Cookie": cookie})


def refusal_page(reason: str = "This browser is not logged in to this platform.") -> Response:
    """The page for a browser without a login: how to get one."""
    page = _page("Not logged in", f"<p>{reason}</p>{HOW}")
    return HTMLResponse(page, status_code=401, headers=WINDOW_HEADERS)


def _page(title: str, body: str, head: str = "") -> str:
    return PAGE.format(title=title, body=body, head=head, static=STATIC_PATH)
