"""The migrations of this project: a branch of the revision graph of msm."""

from acme.models import Quote, QuoteTicksTS
from msm_migrations.downstream import extend

migration = extend(__name__, [Quote, QuoteTicksTS])
