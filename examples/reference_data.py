"""Reference data: asset types, assets and categories, written and found by their business keys.

Run it with ``./dev run msm-local exec -- python -m examples.reference_data``, on a database
that is at head.
"""

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

import msm
from msm import MarketsRuntime
from msm.models import Asset, AssetCategory, AssetCategoryMembership, AssetType

__all__ = ["MODELS", "load_reference_data", "main"]

MODELS = [Asset, AssetCategory, AssetCategoryMembership, AssetType]

TYPES = [
    {"asset_type": "equity", "display_name": "Equity", "description": "Listed shares."},
    {"asset_type": "currency", "display_name": "Currency"},
]
ASSETS = [
    {"unique_identifier": "XNAS:AAPL", "asset_type": "equity"},
    {"unique_identifier": "XNAS:FB", "asset_type": "equity"},
    {"unique_identifier": "XNAS:GOOG", "asset_type": "equity"},
    {"unique_identifier": "XNYS:IBM", "asset_type": "equity"},
    {"unique_identifier": "XNAS:MSFT", "asset_type": "equity"},
    {"unique_identifier": "USD", "asset_type": "currency"},
]
CATEGORIES = {
    "hardware": ["XNAS:AAPL", "XNYS:IBM"],
    "internet": ["XNAS:FB", "XNAS:GOOG"],
    "software": ["XNAS:MSFT", "XNYS:IBM"],
}


def load_reference_data(runtime: MarketsRuntime) -> int:
    """Write types, assets and categories; return how many rows changed (0 when run again)."""
    categories = [{"unique_identifier": name, "display_name": name.title()} for name in CATEGORIES]
    changed = runtime.upsert(AssetType, TYPES)
    changed += runtime.upsert(Asset, ASSETS)
    changed += runtime.upsert(AssetCategory, categories)

    # The database generates the uids, so they are read before the memberships can refer to them.
    asset = runtime.execute(select(Asset)).frame().set_index("unique_identifier")["uid"]
    category = runtime.execute(select(AssetCategory)).frame().set_index("unique_identifier")["uid"]
    members = [
        {"category_uid": category[name], "asset_uid": asset[member]}
        for name, names in CATEGORIES.items()
        for member in names
    ]
    return changed + runtime.upsert(AssetCategoryMembership, members)


def main() -> None:
    """Load the reference data, and print the members of each category."""
    runtime = msm.start_engine(MODELS)
    print(f"reference data: {load_reference_data(runtime)} rows changed")
    asset = Asset.unique_identifier
    in_order = aggregate_order_by(literal(", "), asset)
    statement = (
        select(AssetCategory.display_name, func.string_agg(asset, in_order).label("members"))
        .join(AssetCategoryMembership, AssetCategoryMembership.category_uid == AssetCategory.uid)
        .join(Asset, Asset.uid == AssetCategoryMembership.asset_uid)
        .group_by(AssetCategory.display_name)
        .order_by(AssetCategory.display_name)
    )
    for category, members in runtime.execute(statement):
        print(f"{category}: {members}")


if __name__ == "__main__":
    main()
