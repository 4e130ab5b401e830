"""SQL of operations, rendered without a database."""

import io
from typing import Any

from alembic.runtime.migration import MigrationContext

from ..autogenerate import DIALECT

__all__ = ["offline_context", "offline_options"]


def offline_options(output: io.StringIO) -> dict[str, Any]:
    """The options of a context that writes SQL with its values instead of running it."""
    return {"as_sql": True, "literal_binds": True, "output_buffer": output}


def offline_context(output: io.StringIO, **options: Any) -> MigrationContext:
    """A context for PostgreSQL that writes SQL, with further options of Alembic."""
    return MigrationContext(DIALECT, None, offline_options(output) | options)
