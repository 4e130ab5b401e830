"""The databases of the embedded PostgreSQL, by the part they play."""

__all__ = ["BUILDING", "DATABASE", "NEXT", "PREVIOUS", "TEMPLATE_PREFIX", "UNFINISHED"]

# What the platform serves.
DATABASE = "msm"
# Databases at a revision, which a reset clones; the prefix is followed by their key.
TEMPLATE_PREFIX = "msm_template_"
# Steps of a reset. One that was killed leaves them behind, and the next start drops them.
BUILDING = "msm_building"
NEXT = "msm_next"
PREVIOUS = "msm_previous"
UNFINISHED = frozenset({BUILDING, NEXT, PREVIOUS})
