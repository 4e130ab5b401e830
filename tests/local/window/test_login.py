"""Who sees the window: a browser that a one-time link logged in, and nobody else."""

import httpx
import pytest

from tests.local.conftest import Client
from tests.local.window.conftest import login_link, new_browser

PAGES = ("/ui/", "/ui/api/", "/ui/api/metatables/")


def test_the_link_logs_in_once(window: Client) -> None:
    link = login_link(window)
    with new_browser(window) as first, new_browser(window) as second:
        cookie = first.get(link).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert first.get("/ui/").status_code == 200
        assert second.get(link).status_code == 401
        assert second.get("/ui/").status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_the_cookie_says_how(window: Client, page: str) -> None:
    with new_browser(window) as stranger:
        answer = stranger.get(page)
    assert answer.status_code == 401
    assert "msm-local open" in answer.text


def test_a_cookie_of_another_instance_is_refused(window: Client, browser: httpx.Client) -> None:
    [name] = browser.cookies
    expires, _, signature = str(browser.cookies[name]).partition(".")
    for forged in (f"{int(expires) + 1}.{signature}", f"{expires}.{'0' * 64}", "x", "²."):
        headers = [(b"Cookie", f"{name}={forged}".encode())]
        answer = httpx.get(f"{window.platform.endpoint}/ui/", headers=headers)
        assert answer.status_code == 401


def test_the_cookie_opens_no_endpoint(browser: httpx.Client) -> None:
    assert browser.get("/api/v1/health/").status_code == 401
    assert browser.get("/metatables/meta-tables/").status_code == 401
    assert browser.post("/ui/login/").status_code == 401


def test_foreign_pages_are_refused_with_the_cookie(browser: httpx.Client) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        assert browser.get("/ui/", headers=headers).status_code == 403
        assert browser.post("/ui/check/", headers=headers).status_code == 403
    assert browser.post("/ui/check/").status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_elsewhere(browser: httpx.Client, page: str) -> None:
    answer = browser.get(page)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert 'src="http' not in answer.text
    assert "<style" not in answer.text
    assert "style=" not in answer.text


def test_an_unknown_page_is_a_page(browser: httpx.Client) -> None:
    answer = browser.get("/ui/nothing/")
    assert answer.status_code == 404
    assert "There is no page /ui/nothing/." in answer.text
