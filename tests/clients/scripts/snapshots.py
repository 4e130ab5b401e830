"""Publish the snapshots of two assets with the updater of ms-markets, and read them.

Runs with ms-markets 2, not with msm, and prints JSON: the tickers by asset and time.
"""
# mypy: ignore-errors
# ms-markets is installed in an environment of its own.

import json
import sys

import msm
from msm.api.assets import Asset
from msm.data_nodes.assets import AssetSnapshot
from msm.data_nodes.assets.storage import AssetSnapshotsStorage

ASSETS = ("client-first", "client-second")
DAYS = ("2026-01-01T00:00:00+00:00", "2026-01-02T00:00:00+00:00")

msm.start_engine(models=[*Asset.__required_tables__, AssetSnapshotsStorage])
for identifier in ASSETS:
    Asset.upsert(unique_identifier=identifier, asset_type="equity")
updater = AssetSnapshot()
updater.set_snapshots(
    [
        {
            "time_index": day,
            "asset_identifier": asset,
            "name": asset,
            "ticker": f"{asset} {day[:10]}",
        }
        for day in DAYS
        for asset in ASSETS
    ]
)
failed, _ = updater.run()
assert not failed
tickers = updater.get_df_between_dates()["ticker"]
found = {asset: {} for asset in ASSETS}
for (time, asset), ticker in tickers.items():
    found[asset][time.isoformat()] = ticker
sys.stdout.write(json.dumps(found) + "\n")
