"""The migrations of this project, which stand beside those of msm."""

from globex.models import Rating, RatingScoresTS
from msm_migrations.downstream import stand_beside

migration = stand_beside(__name__, [Rating, RatingScoresTS])
