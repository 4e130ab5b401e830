"""The window as a user sees it: a real Chromium, on a platform after the demo."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from msm_local.contract.paths import WINDOW_ROOT
from tests.local.window.browser import CHROMIUM, THEMES, Look, Theme, chromium, violations
from tests.local.window.running import Running, with_demo

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on PATH"),
]

ASSET = "ms_markets__asset"
PRICES = "ms_markets__externalpricests"
# Every page, with words that only its real content has.
PAGES = {
    "/": ["PostgreSQL", "mainsequence.markets", "1007"],
    "/tables/": [ASSET, "msm_pricing", "msm_portfolio"],
    f"/tables/public/{ASSET}/": ["unique_identifier", "XNAS:AAPL"],
    "/revisions/": ["1001", "1007"],
    "/activity/": ["select", ASSET],
}
UNIQUE = (
    f"INSERT INTO {ASSET} (unique_identifier, asset_type) "
    f"SELECT unique_identifier, asset_type FROM {ASSET} WHERE unique_identifier = %(name)s"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with with_demo(tmp_path_factory.mktemp("window") / "state") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def logged_in(browser: Browser, running: Running) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(running.link())
    page.wait_for_url(f"**{WINDOW_ROOT}/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def look(logged_in: BrowserContext, running: Running) -> Iterator[Look]:
    made = Look(logged_in.new_page(), running.endpoint)
    yield made
    made.page.close()
    assert made.problems == []


def test_the_link_works_once(browser: Browser, running: Running) -> None:
    link = running.link()
    for expected in ("Overview", "Not logged in"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(link)
        expect(page.get_by_role("heading", level=1)).to_have_text(expected)
        facts = [(cookie["httpOnly"], cookie["sameSite"]) for cookie in context.cookies()]
        assert facts == ([(True, "Strict")] if expected == "Overview" else [])
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_without_a_login(browser: Browser, running: Running, path: str) -> None:
    page = browser.new_page()
    answer = page.goto(f"{running.endpoint}{WINDOW_ROOT}{path}")
    assert answer is not None
    assert answer.status == 401
    expect(page.locator("body")).to_contain_text("msm-local open")
    assert ASSET not in page.content()
    page.close()


@pytest.mark.parametrize("host", ["localhost:{port}", "elsewhere.example"])
def test_another_origin_gets_nothing(
    logged_in: BrowserContext, running: Running, host: str
) -> None:
    page = logged_in.new_page()
    # Even the same server under another name is another site for the browser.
    other = f"http://{host.format(port=running.endpoint.rpartition(':')[2])}/elsewhere"
    page.route(other, lambda route: route.fulfill(body="<title>elsewhere</title>"))
    page.goto(other)
    ours = f"{running.endpoint}{WINDOW_ROOT}/"
    fetched = page.evaluate(
        "(address) => fetch(address, {credentials: 'include'}).then(r => r.status, e => `${e}`)",
        ours,
    )
    assert "Failed to fetch" in str(fetched)
    # A link from there leads to the page that says how to log in.
    page.evaluate("(address) => { location = address; }", ours)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not logged in")
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_shows_what_is_there(look: Look, path: str) -> None:
    look.go(f"{WINDOW_ROOT}{path}")
    shown = look.text()
    assert [words for words in PAGES[path] if words not in shown] == []


@pytest.mark.parametrize(
    ("text", "found", "absent"),
    [
        ("externalpric", "ExternalPricesTS", "Calendar"),
        ("asset_type", "Asset", "Calendar"),
        ("from its opening", "CalendarSession", "Asset"),
    ],
)
def test_search_reads_names_columns_and_descriptions(
    look: Look, text: str, found: str, absent: str
) -> None:
    page = look.go(f"{WINDOW_ROOT}/tables/")
    expect(page.get_by_role("link", name=absent, exact=True)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(text)
    expect(page.get_by_role("link", name=absent, exact=True)).to_be_hidden()
    expect(page.get_by_role("link", name=found, exact=True)).to_be_visible()


def test_activity_shows_operations_as_they_end(look: Look, running: Running) -> None:
    page = look.go(f"{WINDOW_ROOT}/activity/")
    expect(page.get_by_role("status")).to_have_text("Live")
    for number in range(3):
        answer = running.operate(
            "update",
            f"UPDATE {ASSET} SET asset_type = asset_type WHERE unique_identifier = %(name)s "
            f"AND {number} = {number}",
            name="XNAS:AAPL",
        )
        assert answer.status_code == 200, answer.text
        row = page.locator("tbody tr").first
        expect(row).to_contain_text(f"AND {number} = {number}")
        expect(row).to_contain_text("metatables")
        expect(row).not_to_contain_text("XNAS:AAPL")
    page.get_by_role("link", name="AND 2 = 2").click()
    expect(page.get_by_label("Plan")).to_contain_text(f"Update on {ASSET}")


def test_a_failed_operation_shows_its_sentence(look: Look, running: Running) -> None:
    assert running.operate("insert", UNIQUE, name="XNAS:AAPL").status_code == 400
    page = look.go(f"{WINDOW_ROOT}/activity/?only=failed")
    expect(page.locator("tbody tr").first).to_contain_text("violates unique constraint")
    assert running.operate("select", "SELECT 1").status_code == 200
    assert running.operate("select", "SELECT nothing").status_code == 400
    expect(page.locator("tbody tr").first).to_contain_text('column "nothing" does not exist')


def test_check_names_a_drifted_table(look: Look, running: Running) -> None:
    running.alter(f"ALTER TABLE {ASSET} ADD COLUMN forgotten text")
    try:
        page = look.go(f"{WINDOW_ROOT}/")
        page.get_by_role("button", name="Run check").click()
        expect(page.locator("body")).to_contain_text("forgotten", timeout=60_000)
        assert ASSET in look.text()
    finally:
        running.alter(f"ALTER TABLE {ASSET} DROP COLUMN forgotten")


@pytest.mark.parametrize("theme", THEMES)
def test_every_page_can_be_read_by_everybody(look: Look, theme: Theme) -> None:
    """Contrast, labels, headings and landmarks; no page is wider than a phone."""
    look.page.emulate_media(color_scheme=theme)
    wrong: list[str] = []
    for path in PAGES:
        page = look.go(f"{WINDOW_ROOT}{path}")
        wrong += [f"{path}: {each}" for each in violations(page)]
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            if is_wider(page):
                wrong.append(f"{path} scrolls sideways at {width}")
    assert wrong == []


def is_wider(page: Page) -> bool:
    """Whether the page as a whole is wider than the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
