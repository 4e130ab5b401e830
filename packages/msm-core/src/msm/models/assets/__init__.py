"""Assets: instruments, their types, categories, snapshots and details."""

from msm.models.assets.asset import Asset
from msm.models.assets.asset_type import AssetType
from msm.models.assets.bonds import BondAssetDetails
from msm.models.assets.categories import AssetCategory, AssetCategoryMembership
from msm.models.assets.currency_spot import CurrencySpotAssetDetails
from msm.models.assets.open_figi import OpenFigiAssetDetails
from msm.models.assets.snapshots import AssetSnapshotsTS

__all__ = [
    "Asset",
    "AssetCategory",
    "AssetCategoryMembership",
    "AssetSnapshotsTS",
    "AssetType",
    "BondAssetDetails",
    "CurrencySpotAssetDetails",
    "OpenFigiAssetDetails",
]
