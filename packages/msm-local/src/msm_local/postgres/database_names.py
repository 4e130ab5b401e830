"""The names of the databases in the embedded PostgreSQL."""

__all__ = ["BUILDING", "DATABASE", "NEXT", "PREVIOUS", "TEMPLATE_PREFIX", "UNFINISHED"]

# The database that the platform serves.
DATABASE = "msm"
# Templates, which a reset clones; the prefix is followed by a digest of their content.
TEMPLATE_PREFIX = "msm_template_"
# Steps of a reset. A killed reset leaves them behind, and the next start drops them.
BUILDING = "msm_building"
NEXT = "msm_next"
PREVIOUS = "msm_previous"
UNFINISHED = frozenset({BUILDING, NEXT, PREVIOUS})
