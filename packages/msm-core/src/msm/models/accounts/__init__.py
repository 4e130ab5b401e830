"""Accounts: their groups, holdings, targets and virtual funds."""

from msm.models.accounts.account import Account
from msm.models.accounts.allocation_models import AccountAllocationModel
from msm.models.accounts.groups import AccountGroup
from msm.models.accounts.holdings import AccountHoldingsSet, AccountHoldingsTS
from msm.models.accounts.targets import AccountTargetAllocation, PositionSet, TargetPositionsTS
from msm.models.accounts.virtual_funds import (
    VirtualFund,
    VirtualFundHoldingsSet,
    VirtualFundHoldingsTS,
)

__all__ = [
    "Account",
    "AccountAllocationModel",
    "AccountGroup",
    "AccountHoldingsSet",
    "AccountHoldingsTS",
    "AccountTargetAllocation",
    "PositionSet",
    "TargetPositionsTS",
    "VirtualFund",
    "VirtualFundHoldingsSet",
    "VirtualFundHoldingsTS",
]
