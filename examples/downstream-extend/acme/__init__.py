"""Quotes of the assets that msm knows."""

from acme.models import Quote, QuoteTicksTS

__all__ = ["Quote", "QuoteTicksTS"]
