"""Upsert, get, update and delete a calendar, a portfolio, an account and an asset.

Runs with ms-markets, not with msm, and prints JSON: the milliseconds of each call.
"""
# mypy: ignore-errors
# ms-markets is installed in an environment of its own.

import json
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter

import msm
from msm.api.accounts import Account
from msm.api.assets import Asset
from msm.api.base import MarketsMetaTableRow
from msm.api.calendars import Calendar
from msm.api.portfolios import Portfolio

milliseconds = {}


def timed[T](name: str, call: Callable[..., T], *arguments: object, **values: object) -> T:
    """What a call returns; its time goes into the report."""
    began = perf_counter()
    result = call(*arguments, **values)
    milliseconds[name] = round(1000 * (perf_counter() - began))
    return result


def upsert[R: MarketsMetaTableRow](row_class: type[R], **values: object) -> R:
    """Upsert a row twice, which makes one row, and read it in three ways."""
    name = row_class.__name__
    made = timed(f"{name}.upsert", row_class.upsert, **values)
    assert row_class.upsert(**values) == made
    assert timed(f"{name}.get_by_uid", row_class.get_by_uid, made.uid) == made
    assert row_class.get_by_unique_identifier(made.unique_identifier) == made
    assert row_class.filter(unique_identifier_contains=made.unique_identifier[1:]) == [made]
    return made


def change(row: MarketsMetaTableRow, **values: object) -> None:
    """Update a row, and read it again."""
    changed = timed(f"{type(row).__name__}.update", type(row).update, row.uid, **values)
    assert changed == row.model_copy(update=values)
    assert type(row).get_by_uid(row.uid) == changed


def delete(row: MarketsMetaTableRow) -> None:
    """Delete a row, after which it cannot be found."""
    timed(f"{type(row).__name__}.delete", type(row).delete, row.uid)
    assert type(row).get_by_uid(row.uid) is None


row_classes = (Asset, Account, Portfolio)
msm.start_engine(models=[model for each in row_classes for model in each.__required_tables__])
calendar = upsert(
    Calendar,
    unique_identifier="client-XNYS",
    display_name="New York ä %",
    calendar_type="EXCHANGE",
    timezone="America/New_York",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
)
portfolio = upsert(Portfolio, unique_identifier="client-portfolio", calendar_uid=calendar.uid)
account = upsert(
    Account,
    unique_identifier="client-account",
    account_name="Account",
    metadata_json={"limits": [1, 2.5, None], "open": True},
)
asset = upsert(Asset, unique_identifier="client-asset", asset_type="equity")
change(calendar, display_name="New York", valid_to=date(2027, 12, 31))
change(portfolio, backtest_table_price_column_name="open")
change(account, account_is_active=True, metadata_json={"limits": []})
change(asset, asset_type="bond")
for row in (asset, account, portfolio, calendar):
    delete(row)
sys.stdout.write(json.dumps(milliseconds) + "\n")
