"""The portfolio models, one module for each area, and their graph in dependency order."""

from msm.base import MarketsModel
from msm_portfolio.models.analytics import PortfolioAnalyticsTS
from msm_portfolio.models.calendar_events import PortfolioCalendarEventsTS
from msm_portfolio.models.cash_flows import PortfolioCashFlowsTS
from msm_portfolio.models.ledger import PortfolioEventLedgerTS
from msm_portfolio.models.portfolio_metadata import PortfolioMetadata
from msm_portfolio.models.prices import ExternalPricesTS
from msm_portfolio.models.rebalance_state import PortfolioRebalanceStateTS
from msm_portfolio.models.rebalancing import RebalanceStrategyMetadata
from msm_portfolio.models.signals import SignalWeightsTS
from msm_portfolio.models.state import PortfolioStateTS
from msm_portfolio.models.values import PortfoliosTS
from msm_portfolio.models.weights import PortfolioWeightsTS

__all__ = [
    "ExternalPricesTS",
    "PortfolioAnalyticsTS",
    "PortfolioCalendarEventsTS",
    "PortfolioCashFlowsTS",
    "PortfolioEventLedgerTS",
    "PortfolioMetadata",
    "PortfolioRebalanceStateTS",
    "PortfolioStateTS",
    "PortfolioWeightsTS",
    "PortfoliosTS",
    "RebalanceStrategyMetadata",
    "SignalWeightsTS",
    "portfolio_sqlalchemy_models",
]


def portfolio_sqlalchemy_models() -> tuple[type[MarketsModel], ...]:
    """List the portfolio models, each after the models of this package that it refers to.

    The core models that they refer to are not included; see
    ``msm.models.markets_sqlalchemy_models``.
    """
    return (
        RebalanceStrategyMetadata,
        PortfolioMetadata,
        PortfolioAnalyticsTS,
        PortfolioCashFlowsTS,
        PortfolioCalendarEventsTS,
        PortfolioEventLedgerTS,
        PortfolioRebalanceStateTS,
        PortfolioStateTS,
        PortfolioWeightsTS,
        SignalWeightsTS,
        PortfoliosTS,
        ExternalPricesTS,
    )
