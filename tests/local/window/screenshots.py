"""Pictures of every page of the window, for the documentation.

``./dev run python -m tests.local.window.screenshots`` starts a platform, runs the demo, and writes
docs/window/PAGE-THEME.png. It needs Chromium.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from msm_local.contract.paths import WINDOW_ROOT
from tests.local.window.browser import CHROMIUM, THEMES, Theme, chromium
from tests.local.window.running import ROOT, Running, with_demo

PICTURES = ROOT / "docs" / "window"
PAGES = {
    "overview": "/",
    "tables": "/tables/",
    "table": "/tables/public/ms_markets__asset/",
    "series": "/tables/public/ms_markets__externalpricests/",
    "revisions": "/revisions/",
    "activity": "/activity/",
}
SIZE = 1280, 800

# The paths of the machine that draws the pictures mean nothing to a reader.
NEUTRAL = """(pairs) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const [path, neutral] of pairs) {
      texts.currentNode.nodeValue = texts.currentNode.nodeValue.replaceAll(path, neutral);
    }
  }
}"""


def main(folder: Path = PICTURES) -> int:
    """Write the pictures; the exit code."""
    if CHROMIUM is None:
        sys.stderr.write("There is no Chromium on PATH; run `apt-get install chromium`.\n")
        return 1
    folder.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as state,
        with_demo(Path(state) / "state") as running,
        chromium() as browser,
    ):
        use(running)
        for theme in THEMES:
            take(browser, running, folder, theme)
    return 0


def use(running: Running) -> None:
    """Operations that a service does, one of them wrong and one of them slow."""
    asset = "ms_markets__asset"
    running.operate("select", f"SELECT unique_identifier FROM {asset} ORDER BY 1")
    running.operate(
        "insert",
        f"INSERT INTO {asset} (unique_identifier, asset_type) VALUES (%(name)s, %(kind)s)",
        name="XNAS:AAPL",
        kind="equity",
    )
    running.operate(
        "select",
        "SELECT count(*) FROM ms_markets__externalpricests a, ms_markets__externalpricests b "
        "WHERE a.asset_identifier = %(name)s AND a.close > b.close + %(margin)s",
        name="XNAS:AAPL",
        margin=100,
    )
    running.operate(
        "update",
        f"UPDATE {asset} SET asset_type = %(kind)s WHERE unique_identifier = %(name)s",
        name="XNAS:AAPL",
        kind="equity",
    )


def take(browser: Browser, running: Running, folder: Path, theme: Theme) -> None:
    """Write the pictures of every page in a theme."""
    context = browser.new_context(
        color_scheme=theme, viewport={"width": SIZE[0], "height": SIZE[1]}
    )
    page = context.new_page()
    page.goto(running.link())
    page.wait_for_url(f"**{WINDOW_ROOT}/")
    for name, path in PAGES.items():
        page.goto(f"{running.endpoint}{WINDOW_ROOT}{path}")
        # A part that htmx loads afterwards, and the connection of the activity page.
        page.wait_for_selector("[hx-trigger=load]", state="detached", timeout=60_000)
        page.wait_for_timeout(300)
        page.evaluate(NEUTRAL, [[str(running.state), "~/msm/.msm-local"], [str(ROOT), "~/msm"]])
        page.screenshot(path=folder / f"{name}-{theme}.png")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
