"""A revision for ten changes of the models is the same file under both generations of the SDK."""

import re
from collections.abc import Mapping
from pathlib import Path

from psycopg import Connection

from tests.conftest import ROOT
from tests.support.forked import run_forked
from tests.support.history import HEAD, NEXT
from tests.support.migrating import migrate, run_tool_fresh

# The database as it was before ten changes of the models.
BEFORE = """
    DROP TABLE ms_markets__tradests;
    ALTER TABLE ms_markets__asset DROP COLUMN asset_type;
    ALTER TABLE ms_markets__portfolioeventledgerts
        ADD CONSTRAINT uq__ms_markets__portfolioeventledgerts__portfolio_id_256b1e63f2
        UNIQUE (portfolio_identifier, event_identifier, event_revision, record_identifier);
    DROP INDEX ix__ms_markets__curve__status;
    CREATE INDEX ix__ms_markets__curve__uid_status ON ms_markets__curve (uid, status);
    ALTER TABLE ms_markets__curve ALTER COLUMN display_name TYPE VARCHAR(64);
    ALTER TABLE ms_markets__curve ALTER COLUMN source SET NOT NULL;
    ALTER TABLE ms_markets__curve ALTER COLUMN uid DROP DEFAULT;
    COMMENT ON TABLE ms_markets__curve IS 'Said otherwise.';
    COMMENT ON COLUMN ms_markets__asset.unique_identifier IS NULL;
"""
EXPECTED = ROOT / "tests" / "data" / "ten_changes.txt"


def test_ten_changes_make_the_expected_file(
    environment: Mapping[str, str], superuser: Connection, formatted_checkout: Path
) -> None:
    superuser.execute(BEFORE.encode())
    made = migrate(
        *("revision", "-m", "Make ten changes", "--rev-id", NEXT, "--autogenerate"),
        environment=environment,
        folder=formatted_checkout,
    )
    assert made.exit_code == 0, made.stderr
    (file,) = formatted_checkout.glob(f"migrations/versions/mainsequence_markets/{NEXT}_*.py")
    text = file.read_text(encoding="utf-8")
    when = re.compile(r"^Create Date: .*$", re.MULTILINE)
    expected = EXPECTED.read_text(encoding="utf-8")
    # The ids go on with our history.
    assert when.sub("Create Date: -", text) == expected.replace("REVISION", NEXT).replace(
        "PARENT", HEAD
    )
    reviewed = run_forked(
        run_tool_fresh, "review", NEXT, environment=environment, folder=formatted_checkout
    )
    assert reviewed.exit_code == 0, reviewed.stdout
    assert "1 revision read: 0 rejections" in reviewed.stdout
    result = migrate("upgrade", "head", environment=environment, folder=formatted_checkout)
    assert result.exit_code == 0, result.stderr
