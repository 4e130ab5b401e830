"""Quotes and their ticks, as PostgreSQL keeps them."""

import pytest
from acme.__main__ import OPENS, main
from acme.models import Quote, QuoteTicksTS

from msm import MarketsRuntime
from msm.errors import CheckViolatedError, ConflictError
from msm.models import Asset


def test_program_prints_the_ticks_it_wrote(
    msm_runtime: MarketsRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    main()
    assert capsys.readouterr().out.splitlines()[-1] == "14:32 XNAS 243.20 243.23"
    assert len(msm_runtime.latest(QuoteTicksTS).scalars().all()) == 1


def test_venue_quotes_an_asset_once(quoted: MarketsRuntime) -> None:
    asset = quoted.get(Asset, {"unique_identifier": "XNAS:AAPL"})
    assert asset is not None
    with pytest.raises(ConflictError):
        quoted.insert(Quote, [{"asset_uid": asset.uid, "venue": "XNAS"}])


def test_ask_is_not_below_the_bid(quoted: MarketsRuntime) -> None:
    row = {"time_index": OPENS, "asset_identifier": "XNAS:AAPL", "bid": 2.0, "ask": 1.0}
    with pytest.raises(CheckViolatedError):
        quoted.upsert(QuoteTicksTS, [row])
