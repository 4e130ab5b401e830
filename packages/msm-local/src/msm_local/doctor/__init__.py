"""A look at the whole chain, from Python to the catalog, and what to do about each fault."""

from msm_local.doctor.examination import examine
from msm_local.doctor.finding import Finding

__all__ = ["Finding", "examine"]
