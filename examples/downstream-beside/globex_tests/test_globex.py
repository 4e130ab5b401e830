"""Ratings and their scores, as PostgreSQL keeps them."""

import datetime

import pytest
from globex.__main__ import main
from globex.models import Rating, RatingScoresTS

from msm import MarketsRuntime
from msm.errors import CheckViolatedError, ConflictError
from msm.models import Asset

DAY = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)


def test_program_prints_the_scores_it_wrote(
    msm_runtime: MarketsRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    main()
    assert capsys.readouterr().out.splitlines()[-1] == "2025-01-03 AA+ 91.0"
    assert len(msm_runtime.latest(RatingScoresTS).scalars().all()) == 1


def test_asset_has_one_rating(rated: MarketsRuntime) -> None:
    asset = rated.get(Asset, {"unique_identifier": "XNAS:AAPL"})
    assert asset is not None
    with pytest.raises(ConflictError):
        rated.insert(Rating, [{"asset_uid": asset.uid, "grade": "D"}])


def test_score_is_at_most_one_hundred(rated: MarketsRuntime) -> None:
    row = {"time_index": DAY, "asset_identifier": "XNAS:AAPL", "score": 101.0}
    with pytest.raises(CheckViolatedError):
        rated.insert(RatingScoresTS, [row])
