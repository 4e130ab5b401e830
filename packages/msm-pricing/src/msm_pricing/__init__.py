"""msm_pricing: the pricing tables of the markets data model.

They refer to the core tables of ``msm``; attach them with ``msm.start_engine``.
"""

from msm_pricing.models import (
    AssetCurrentPricingDetails,
    AssetPricingDetailsTS,
    Curve,
    CurveBuildingDetails,
    DiscountCurvesTS,
    IndexConventionDetails,
    IndexFixingsTS,
    PricingMarketDataSet,
    PricingMarketDataSetBinding,
    PricingMarketDataSetCurveBinding,
    pricing_sqlalchemy_models,
)

__all__ = [
    "AssetCurrentPricingDetails",
    "AssetPricingDetailsTS",
    "Curve",
    "CurveBuildingDetails",
    "DiscountCurvesTS",
    "IndexConventionDetails",
    "IndexFixingsTS",
    "PricingMarketDataSet",
    "PricingMarketDataSetBinding",
    "PricingMarketDataSetCurveBinding",
    "pricing_sqlalchemy_models",
]
