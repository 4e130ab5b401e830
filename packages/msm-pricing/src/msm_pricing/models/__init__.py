"""The pricing models, one module or folder for each area, and their graph in dependency order."""

from msm.base import MarketsModel
from msm_pricing.models.conventions import IndexConventionDetails
from msm_pricing.models.curves import Curve, CurveBuildingDetails, DiscountCurvesTS
from msm_pricing.models.fixings import IndexFixingsTS
from msm_pricing.models.market_data import (
    PricingMarketDataSet,
    PricingMarketDataSetBinding,
    PricingMarketDataSetCurveBinding,
)
from msm_pricing.models.pricing_details import AssetCurrentPricingDetails, AssetPricingDetailsTS

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


def pricing_sqlalchemy_models() -> tuple[type[MarketsModel], ...]:
    """List the pricing models, each after the models of this package that it refers to.

    The core models that they refer to are not included; see
    ``msm.models.markets_sqlalchemy_models``.
    """
    return (
        IndexConventionDetails,
        Curve,
        CurveBuildingDetails,
        AssetCurrentPricingDetails,
        PricingMarketDataSet,
        PricingMarketDataSetBinding,
        PricingMarketDataSetCurveBinding,
        DiscountCurvesTS,
        IndexFixingsTS,
        AssetPricingDetailsTS,
    )
