"""Curves: what they are, how they are built, and their daily values."""

from msm_pricing.models.curves.curve import Curve
from msm_pricing.models.curves.curve_building_details import CurveBuildingDetails
from msm_pricing.models.curves.discount_curves import DiscountCurvesTS

__all__ = ["Curve", "CurveBuildingDetails", "DiscountCurvesTS"]
