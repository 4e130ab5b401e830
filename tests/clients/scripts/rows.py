"""Attach to every table of ms-markets, and read at most one row of each of its row classes.

Runs with ms-markets, not with msm, and prints JSON: how many tables are attached, in how many
seconds, and for each row class how many rows came, in how many milliseconds.
"""
# mypy: ignore-errors
# ms-markets is installed in an environment of its own.

import json
import sys
from time import perf_counter

from msm_portfolios.api.market_metadata import RebalanceStrategyMetadata, SignalMetadata
from msm_portfolios.api.portfolios import PortfolioMetadata
from msm_portfolios.models import portfolio_sqlalchemy_models

import msm
from msm.api.accounts import (
    Account,
    AccountAllocationModel,
    AccountGroup,
    AccountHoldingsSet,
    AccountTargetAllocation,
    PositionSet,
)
from msm.api.assets import (
    Asset,
    AssetCategory,
    AssetCategoryMembership,
    AssetType,
    OpenFigiDetails,
)
from msm.api.calendars import Calendar, CalendarDate, CalendarEvent, CalendarSession
from msm.api.execution import OrderManager
from msm.api.indices import Index, IndexType
from msm.api.issuers import Issuer
from msm.api.portfolios import Portfolio, PortfolioGroup, PortfolioGroupMembership
from msm.api.virtual_funds import VirtualFund, VirtualFundHoldingsSet
from msm.models import markets_sqlalchemy_models
from msm_pricing.meta_tables import pricing_sqlalchemy_models

ROW_CLASSES = [
    Account,
    AccountAllocationModel,
    AccountGroup,
    AccountHoldingsSet,
    AccountTargetAllocation,
    Asset,
    AssetCategory,
    AssetCategoryMembership,
    AssetType,
    Calendar,
    CalendarDate,
    CalendarEvent,
    CalendarSession,
    Index,
    IndexType,
    Issuer,
    OpenFigiDetails,
    OrderManager,
    Portfolio,
    PortfolioGroup,
    PortfolioGroupMembership,
    PortfolioMetadata,
    PositionSet,
    RebalanceStrategyMetadata,
    SignalMetadata,
    VirtualFund,
    VirtualFundHoldingsSet,
]


# A package lists the models of others that its own refer to.
models = dict.fromkeys(
    [*markets_sqlalchemy_models(), *portfolio_sqlalchemy_models(), *pricing_sqlalchemy_models()]
)
started = perf_counter()
runtime = msm.start_engine(models=list(models))
seconds = perf_counter() - started
filters = {}
for row_class in ROW_CLASSES:
    began = perf_counter()
    rows = row_class.filter(limit=1)
    filters[row_class.__name__] = (len(rows), round(1000 * (perf_counter() - began)))
report = {
    "attached": len(runtime.meta_tables),
    "seconds": round(seconds, 2),
    "filters": filters,
}
sys.stdout.write(json.dumps(report) + "\n")
