"""What the published ms-markets 1.0.16 leaves behind, and which of our revisions it amounts to."""

import re

__all__ = [
    "EQUIVALENT_REVISION",
    "IGNORED_TABLES",
    "PUBLISHED_HEAD",
    "PUBLISHED_ID",
    "PUBLISHED_RELEASE",
    "PUBLISHED_REVISIONS",
    "PUBLISHED_UPGRADE_COMMAND",
    "RENAMED_KEYS",
    "UNBOUNDED_COLUMNS",
]

PUBLISHED_RELEASE = "1.0.16"
# Its ids are in the version table that ours are in, which is why ours start at 1001.
PUBLISHED_REVISIONS = [f"{number:04d}" for number in range(1, 18)]
PUBLISHED_HEAD = PUBLISHED_REVISIONS[-1]
# A later release may have more of them.
PUBLISHED_ID = re.compile(r"0\d{3}")
# Its provider has the name that ours has at the root of this repository.
PUBLISHED_UPGRADE_COMMAND = "mainsequence migrations upgrade --provider migrations:migration head"
# Our revision that makes the tables of its head.
EQUIVALENT_REVISION = "1003"

# Its first revision made this table; no model of its last release, and none of ours, describes it.
IGNORED_TABLES = frozenset({"ms_markets__interpolatedpricests"})

# By table: a foreign key that has a name of its own there, and the one that the convention makes.
RENAMED_KEYS = {
    "ms_markets__portfolio": (
        "fk__ms_markets__portfolio__signal_uid__signalmetadata",
        "fk__ms_markets__portfolio__signal_uid__ms_markets__s_8b4651c05b",
    )
}

# By table: columns that are VARCHAR there and VARCHAR(255) here. A foreign key to a VARCHAR(255)
# bounds each of them, so that no value can be longer.
UNBOUNDED_COLUMNS = {
    "ms_markets__ordersts": ("account_identifier", "asset_identifier", "order_manager_identifier"),
    "ms_markets__portfolioweightsts": ("asset_identifier", "portfolio_identifier"),
    "ms_markets__signalweightsts": ("asset_identifier",),
    "ms_markets__tradests": (
        "account_identifier",
        "asset_identifier",
        "commission_asset_identifier",
        "settlement_asset_identifier",
    ),
}
