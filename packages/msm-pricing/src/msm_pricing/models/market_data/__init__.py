"""Market-data sets: which data and which curves a valuation takes."""

from msm_pricing.models.market_data.binding import PricingMarketDataSetBinding
from msm_pricing.models.market_data.curve_binding import PricingMarketDataSetCurveBinding
from msm_pricing.models.market_data.market_data_set import PricingMarketDataSet

__all__ = [
    "PricingMarketDataSet",
    "PricingMarketDataSetBinding",
    "PricingMarketDataSetCurveBinding",
]
