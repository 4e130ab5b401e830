"""The migrations of this project, which have their own history next to that of msm."""

from globex.models import Rating, RatingScoresTS
from msm_migrations.downstream import stand_beside

migration = stand_beside(__name__, [Rating, RatingScoresTS])
