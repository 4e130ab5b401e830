"""Portfolios: their groups and their signals."""

from msm.models.portfolios.groups import PortfolioGroup, PortfolioGroupMembership
from msm.models.portfolios.portfolio import Portfolio
from msm.models.portfolios.signals import SignalMetadata

__all__ = ["Portfolio", "PortfolioGroup", "PortfolioGroupMembership", "SignalMetadata"]
