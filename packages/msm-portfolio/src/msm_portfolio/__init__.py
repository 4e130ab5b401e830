"""msm_portfolio: the portfolio tables of the markets data model.

They refer to the core tables of ``msm``; attach them with ``msm.start_engine``.
"""

from msm_portfolio.models import (
    ExternalPricesTS,
    PortfolioAnalyticsTS,
    PortfolioCalendarEventsTS,
    PortfolioCashFlowsTS,
    PortfolioEventLedgerTS,
    PortfolioMetadata,
    PortfolioRebalanceStateTS,
    PortfolioStateTS,
    PortfoliosTS,
    PortfolioWeightsTS,
    RebalanceStrategyMetadata,
    SignalWeightsTS,
    portfolio_sqlalchemy_models,
)

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
