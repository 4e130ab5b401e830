"""The markets models, one folder or module for each area, and their graph in dependency order."""

from msm.base import MarketsModel
from msm.models.accounts import (
    Account,
    AccountAllocationModel,
    AccountGroup,
    AccountHoldingsSet,
    AccountHoldingsTS,
    AccountTargetAllocation,
    PositionSet,
    TargetPositionsTS,
    VirtualFund,
    VirtualFundHoldingsSet,
    VirtualFundHoldingsTS,
)
from msm.models.assets import (
    Asset,
    AssetCategory,
    AssetCategoryMembership,
    AssetSnapshotsTS,
    AssetType,
    BondAssetDetails,
    CurrencySpotAssetDetails,
    OpenFigiAssetDetails,
)
from msm.models.calendars import Calendar, CalendarDate, CalendarEvent, CalendarSession
from msm.models.derivatives import FutureAssetDetails
from msm.models.execution import OrderEventsTS, OrderManager, OrdersTS, TradesTS
from msm.models.indices import (
    Index,
    IndexDatasetAvailability,
    IndexFormulaDefinition,
    IndexFormulaInput,
    IndexType,
    IndexValuesTS,
)
from msm.models.issuers import Issuer
from msm.models.portfolios import (
    Portfolio,
    PortfolioGroup,
    PortfolioGroupMembership,
    SignalMetadata,
)

__all__ = [
    "Account",
    "AccountAllocationModel",
    "AccountGroup",
    "AccountHoldingsSet",
    "AccountHoldingsTS",
    "AccountTargetAllocation",
    "Asset",
    "AssetCategory",
    "AssetCategoryMembership",
    "AssetSnapshotsTS",
    "AssetType",
    "BondAssetDetails",
    "Calendar",
    "CalendarDate",
    "CalendarEvent",
    "CalendarSession",
    "CurrencySpotAssetDetails",
    "FutureAssetDetails",
    "Index",
    "IndexDatasetAvailability",
    "IndexFormulaDefinition",
    "IndexFormulaInput",
    "IndexType",
    "IndexValuesTS",
    "Issuer",
    "OpenFigiAssetDetails",
    "OrderEventsTS",
    "OrderManager",
    "OrdersTS",
    "Portfolio",
    "PortfolioGroup",
    "PortfolioGroupMembership",
    "PositionSet",
    "SignalMetadata",
    "TargetPositionsTS",
    "TradesTS",
    "VirtualFund",
    "VirtualFundHoldingsSet",
    "VirtualFundHoldingsTS",
    "markets_sqlalchemy_models",
]


def markets_sqlalchemy_models() -> tuple[type[MarketsModel], ...]:
    """List the markets models, each after the models that it refers to.

    Tables can be created in this order, and dropped in reverse.
    """
    # Written by hand, because imports are sorted by name; a test checks the order.
    return (
        AssetType,
        Asset,
        IndexType,
        Index,
        IndexDatasetAvailability,
        IndexFormulaDefinition,
        IndexFormulaInput,
        Issuer,
        CurrencySpotAssetDetails,
        BondAssetDetails,
        FutureAssetDetails,
        Calendar,
        CalendarDate,
        CalendarSession,
        CalendarEvent,
        SignalMetadata,
        Portfolio,
        PortfolioGroup,
        PortfolioGroupMembership,
        AccountAllocationModel,
        AccountGroup,
        Account,
        AccountHoldingsSet,
        VirtualFund,
        VirtualFundHoldingsSet,
        AssetCategory,
        AssetCategoryMembership,
        OpenFigiAssetDetails,
        AccountTargetAllocation,
        PositionSet,
        OrderManager,
        AssetSnapshotsTS,
        IndexValuesTS,
        AccountHoldingsTS,
        VirtualFundHoldingsTS,
        TargetPositionsTS,
        OrdersTS,
        OrderEventsTS,
        TradesTS,
    )
