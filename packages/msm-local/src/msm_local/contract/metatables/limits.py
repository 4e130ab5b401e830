"""What one request of generation 2 may ask for, and one answer carries; as on the platform."""

__all__ = [
    "ENVELOPE_BYTES",
    "MAX_DATA_REQUEST_BYTES",
    "MAX_FILTERED",
    "MAX_MILLISECONDS",
    "MAX_OFFSET",
    "MAX_RESERVATIONS",
    "MAX_RESPONSE_BYTES",
    "MAX_ROWS",
    "MAX_ROW_BYTES",
    "MAX_SQL_CHARACTERS",
]

MAX_ROWS = 10_000
MAX_OFFSET = 1_000_000
MAX_MILLISECONDS = 60_000
MAX_SQL_CHARACTERS = 1_000_000
# Of the body of a data request, and of the rows of its answer, as JSON.
MAX_DATA_REQUEST_BYTES = 12_100_000
MAX_RESPONSE_BYTES = 8 << 20
MAX_ROW_BYTES = 1 << 20
# Of an answer, kept free for what is around its rows.
ENVELOPE_BYTES = 64 << 10
# Rows of the catalog in one answer, and in one reservation or finalize.
MAX_FILTERED = 5_000
MAX_RESERVATIONS = 200
