"""Rate an asset, and read its rating back: ``python -m globex``."""

import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

import msm
from globex.models import Rating, RatingScoresTS
from msm.models import Asset

NAME = "XNAS:AAPL"
FIRST = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
SCORES = [88.0, 89.5, 91.0]


def main() -> None:
    """Attach the models, write rows and read them."""
    runtime = msm.start_engine([Asset, Rating, RatingScoresTS])
    asset = insert(Asset).values(unique_identifier=NAME).on_conflict_do_nothing()
    runtime.execute(asset)
    uid = runtime.scalars(select(Asset.uid).where(Asset.unique_identifier == NAME)).one()
    rating = insert(Rating).values(asset_uid=uid, grade="AA+")
    runtime.execute(rating.on_conflict_do_nothing())
    scores = [
        {
            "time_index": FIRST + datetime.timedelta(days=day),
            "asset_identifier": NAME,
            "score": score,
        }
        for day, score in enumerate(SCORES)
    ]
    runtime.execute(insert(RatingScoresTS).values(scores).on_conflict_do_nothing())

    history = (
        select(Rating.grade, RatingScoresTS.time_index, RatingScoresTS.score)
        .join(Asset, Asset.uid == Rating.asset_uid)
        .join(RatingScoresTS, RatingScoresTS.asset_identifier == Asset.unique_identifier)
        .where(Asset.unique_identifier == NAME)
        .order_by(RatingScoresTS.time_index)
    )
    for row in runtime.execute(history):
        print(f"{row.time_index:%Y-%m-%d} {row.grade} {row.score:.1f}")


if __name__ == "__main__":
    main()
