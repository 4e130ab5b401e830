"""A Chromium that looks at the window of a platform, and what it must never see there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

__all__ = ["CHROMIUM", "THEMES", "Look", "Theme", "chromium", "violations"]

# Its names in Debian, in Ubuntu, and on the runners of GitHub.
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
# The levels A and AA of WCAG 2.2.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system, without a screen."""
    # Chromium refuses its sandbox to root. /dev/shm is small in a container.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Look:
    """A page, and what happened on it.

    Attributes:
        page: the page.
        endpoint: of the platform; every request has to go there.
        problems: errors of scripts and of the console, and requests to other hosts.
    """

    page: Page
    endpoint: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", self._hear)
        self.page.on("request", self._see)

    def go(self, path: str) -> Page:
        """Open a path of the window."""
        answer = self.page.goto(f"{self.endpoint}{path}")
        assert answer is not None
        assert answer.ok, f"{answer.status} {path}"
        return self.page

    def text(self) -> str:
        """What a reader sees."""
        return self.page.locator("body").inner_text()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((f"{self.endpoint}/", "data:")):
            self.problems.append(f"request: {request.url}")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page: the rule, and the elements that break it."""
    found: dict[str, Any] = (
        Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    )
    return [
        f"{item['id']}: {node['html'][:160]} {node['failureSummary']}"
        for item in found["violations"]
        for node in item["nodes"]
    ]
