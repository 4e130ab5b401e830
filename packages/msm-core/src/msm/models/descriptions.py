"""Descriptions of columns that many tables have, so that the same column is described once.

Each is the ``comment=`` of a column, and reaches the database, the catalog and the schema pages.
"""

__all__ = [
    "ACCOUNT_IDENTIFIER",
    "ASSET_IDENTIFIER",
    "DISPLAY_NAME",
    "DUMP_FORMAT",
    "FREE_TEXT",
    "FURTHER_ATTRIBUTES",
    "INDEX_IDENTIFIER",
    "OBSERVATION_TIME",
    "OPTIONAL_DISPLAY_NAME",
    "PORTFOLIO_IDENTIFIER",
    "SURROGATE_KEY",
]

SURROGATE_KEY = "Surrogate key; the database makes a random UUID where the writer gives none."
OBSERVATION_TIME = "Instant of the observation, in UTC when read through msm."

ACCOUNT_IDENTIFIER = "Business key of the account: its unique_identifier, not its uid."
ASSET_IDENTIFIER = "Business key of the asset: its unique_identifier, not its uid."
INDEX_IDENTIFIER = "Business key of the index: its unique_identifier, not its uid."
PORTFOLIO_IDENTIFIER = "Business key of the portfolio: its unique_identifier, not its uid."

DISPLAY_NAME = "Name to show to people, not necessarily unique."
OPTIONAL_DISPLAY_NAME = "Name to show to people, not necessarily unique; NULL where none is set."
FREE_TEXT = "Explanation for people, in free text; NULL where none is written."
FURTHER_ATTRIBUTES = "Further attributes as a JSON object with no fixed keys; NULL for none."
DUMP_FORMAT = "Format that the dump is decoded by; the database enforces no set of values."
