"""msm_portfolio: the portfolio tables of the markets data model.

They refer to the core tables of ``msm``; attach them with ``msm.start_engine``.
"""

# First, because it says so where the package msm is that of ms-markets, which lacks our names.
import msm.sdk  # noqa: F401 - see above
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
