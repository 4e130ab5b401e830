"""What is known of the databases that the published ms-markets leaves behind."""

import re

from msm.errors.commands import UPGRADES_OF_MS_MARKETS

__all__ = [
    "ADOPTED_HEADS",
    "DROPPED_KEYS",
    "EQUIVALENT_REVISION",
    "IGNORED_TABLES",
    "NEWEST_HEAD",
    "NEWEST_RELEASES",
    "NEWEST_REVISIONS",
    "NEWEST_UPGRADE_COMMAND",
    "PUBLISHED_HEAD",
    "PUBLISHED_ID",
    "PUBLISHED_REGISTRY",
    "PUBLISHED_RELEASE",
    "PUBLISHED_REVISIONS",
    "PUBLISHED_UPGRADE_COMMAND",
    "RENAMED_KEYS",
    "UNBOUNDED_COLUMNS",
]

# The last release that runs on SDK 8.
PUBLISHED_RELEASE = "1.0.16"
# The first and the last release on metatables whose databases are known.
NEWEST_RELEASES = ("2.1.0", "2.2.12")
# In the same version table as ours, which is why our ids begin at 1001.
PUBLISHED_REVISIONS = [f"{number:04d}" for number in range(1, 18)]
PUBLISHED_HEAD = PUBLISHED_REVISIONS[-1]
# The last one merges a database at 0017 with a database that began at 0018.
NEWEST_REVISIONS = ("0018", "0019", "0020")
NEWEST_HEAD = NEWEST_REVISIONS[-1]
# A database at one of these has the tables of our revision below.
ADOPTED_HEADS = (PUBLISHED_HEAD, *NEWEST_REVISIONS)
# Later releases may add more.
PUBLISHED_ID = re.compile(r"0\d{3}")
# What every release calls the version table in the catalog.
PUBLISHED_REGISTRY = "msm.alembic_version"
PUBLISHED_UPGRADE_COMMAND, NEWEST_UPGRADE_COMMAND = UPGRADES_OF_MS_MARKETS
# Our revision whose tables are those of its heads.
EQUIVALENT_REVISION = "1003"

# Created by 0001 and by 0018. Neither its last release nor ours has a model for it.
IGNORED_TABLES = frozenset({"ms_markets__interpolatedpricests"})

# By table: a foreign key that was named by hand there, and its name by the convention.
RENAMED_KEYS = {
    "ms_markets__portfolio": (
        "fk__ms_markets__portfolio__signal_uid__signalmetadata",
        "fk__ms_markets__portfolio__signal_uid__ms_markets__s_8b4651c05b",
    )
}

# By table: a key that 0019 drops, because a hypertable cannot hold it. A later revision of ours
# drops it too.
DROPPED_KEYS = {
    "ms_markets__portfolioeventledgerts": (
        "uq__ms_markets__portfolioeventledgerts__portfolio_id_256b1e63f2"
    )
}

# By table: columns that are VARCHAR at 0017 and VARCHAR(255) here and at 0020. Each has a foreign
# key to a VARCHAR(255), so that a longer value is only there if somebody disabled the key.
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
