"""Ratings of the assets that msm knows."""

from globex.models import Rating, RatingScoresTS

__all__ = ["Rating", "RatingScoresTS"]
