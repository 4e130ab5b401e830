"""Quotes of the assets of msm."""

from acme.models import Quote, QuoteTicksTS

__all__ = ["Quote", "QuoteTicksTS"]
