"""What is known of the database that the published ms-markets 1.0.16 leaves behind."""

import re

from msm.errors.commands import upgrade_command

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
# In the same version table as ours, which is why our ids begin at 1001.
PUBLISHED_REVISIONS = [f"{number:04d}" for number in range(1, 18)]
PUBLISHED_HEAD = PUBLISHED_REVISIONS[-1]
# Later releases may add more.
PUBLISHED_ID = re.compile(r"0\d{3}")
# Its provider has the same name as ours, so the command is the same in its environment.
PUBLISHED_UPGRADE_COMMAND = upgrade_command("migrations:migration", "head")
# Our revision whose tables are those of its head.
EQUIVALENT_REVISION = "1003"

# Created by its first revision. Neither its last release nor ours has a model for it.
IGNORED_TABLES = frozenset({"ms_markets__interpolatedpricests"})

# By table: a foreign key that was named by hand there, and its name by the convention.
RENAMED_KEYS = {
    "ms_markets__portfolio": (
        "fk__ms_markets__portfolio__signal_uid__signalmetadata",
        "fk__ms_markets__portfolio__signal_uid__ms_markets__s_8b4651c05b",
    )
}

# By table: columns that are VARCHAR there and VARCHAR(255) here. Each has a foreign key to a
# VARCHAR(255), so that no value can be longer and the difference loses nothing.
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
