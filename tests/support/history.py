"""Our revisions and tables as they are now, so that a new table changes no test."""

from msm import MarketsModel
from msm.models import markets_sqlalchemy_models
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
from tests.conftest import ROOT

__all__ = ["AFTER", "HEAD", "MODELS", "NEXT", "RESOURCES", "REVISIONS", "TABLES"]

VERSIONS = ROOT / "migrations" / "versions" / "mainsequence_markets"
# The ids, the oldest first.
REVISIONS = sorted(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))
HEAD = REVISIONS[-1]
# The id of the next revision, and of the one after it.
NEXT, AFTER = str(int(HEAD) + 1), str(int(HEAD) + 2)

MODELS: tuple[type[MarketsModel], ...] = (
    *markets_sqlalchemy_models(),
    *portfolio_sqlalchemy_models(),
    *pricing_sqlalchemy_models(),
)
TABLES = sorted(model.__tablename__ for model in MODELS)
# The resources of the catalog at head: the tables, and Alembic's version table.
RESOURCES = len(TABLES) + 1
