"""Writing many rows of a model: validated as a whole, then sent in batches of constant SQL text."""

from msm.rows.input import Rows
from msm.rows.keys import natural_key, select_by_key
from msm.rows.write import delete_rows, insert_rows, upsert_rows

__all__ = ["Rows", "delete_rows", "insert_rows", "natural_key", "select_by_key", "upsert_rows"]
