"""Ratings of the assets of msm."""

from globex.models import Rating, RatingScoresTS

__all__ = ["Rating", "RatingScoresTS"]
