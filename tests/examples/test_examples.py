"""Every example as a user runs it, on a database at head, and its output."""

import importlib
from collections.abc import Mapping

import pytest

from tests.conftest import ROOT
from tests.support.forked import run_forked

PRINTED = {
    "reference_data": """\
reference data: 17 rows changed
Hardware: XNAS:AAPL, XNYS:IBM
Internet: XNAS:FB, XNAS:GOOG
Software: XNAS:MSFT, XNYS:IBM
""",
    "trading_calendar": """\
calendar: 616 rows changed
local_date                  opens_at                 closes_at
2025-07-03 2025-07-03 13:30:00+00:00 2025-07-03 17:00:00+00:00
2025-11-28 2025-11-28 14:30:00+00:00 2025-11-28 18:00:00+00:00
2025-12-24 2025-12-24 14:30:00+00:00 2025-12-24 18:00:00+00:00
after Christmas Eve it opens at 26 Dec 14:30 UTC
""",
    "daily_prices": """\
daily prices: 12154 rows changed
                                             close      volume
time_index                asset_identifier
2013-03-01 00:00:00+00:00 XNAS:AAPL         430.47  19730300.0
                          XNAS:FB            27.78  54064800.0
                          XNAS:GOOG         806.19   4346400.0
                          XNAS:MSFT          27.95  34849700.0
                          XNYS:IBM          202.91   3308300.0
                                             close       volume
time_index                asset_identifier
2008-10-10 00:00:00+00:00 XNAS:AAPL          96.80   79260700.0
                          XNAS:GOOG         332.00   21174400.0
                          XNAS:MSFT          21.50  228467500.0
                          XNYS:IBM           87.75   24637400.0
asset_identifier
XNAS:AAPL     29.4%
XNAS:FB      -30.4%
XNAS:GOOG      6.3%
XNAS:MSFT     -0.2%
XNYS:IBM       2.8%
""",
    "orders_to_trades": """\
o-1: partially filled at 14:35
o-2: filled at 14:32
order_identifier  ordered  executed  average_price  commission
             o-1    300.0     250.0         397.96         2.0
             o-2     50.0      50.0         252.40         1.0
""",
    "discount_curve": """\
as of 2025-03-03 22:00:00+00:00, a million dollars in a year are worth 960,309
                                            2025-06-03  2025-09-03  2026-03-03
time_index                curve_identifier
2025-03-03 00:00:00+00:00 USD-SOFR            0.989220    0.978951    0.960309
2025-03-04 00:00:00+00:00 USD-SOFR            0.989361    0.979212    0.960991
""",
}


def run_example(name: str) -> None:
    importlib.import_module(f"examples.{name}").main()


@pytest.mark.parametrize("name", PRINTED)
def test_an_example_prints_what_it_read(environment: Mapping[str, str], name: str) -> None:
    finished = run_forked(run_example, name, environment=environment, folder=ROOT)
    assert (finished.exit_code, finished.stderr) == (0, "")
    # pandas pads its headings to the width of the table.
    assert [line.rstrip() for line in finished.stdout.splitlines()] == PRINTED[name].splitlines()


def test_every_example_is_run() -> None:
    there = {path.stem for path in (ROOT / "examples").glob("*.py")} - {"__init__"}
    assert there == set(PRINTED)
