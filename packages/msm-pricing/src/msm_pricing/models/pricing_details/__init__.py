"""Pricing details: the instrument behind an asset, as it is now and as it was."""

from msm_pricing.models.pricing_details.current import AssetCurrentPricingDetails
from msm_pricing.models.pricing_details.history import AssetPricingDetailsTS

__all__ = ["AssetCurrentPricingDetails", "AssetPricingDetailsTS"]
