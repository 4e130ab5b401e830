"""What is collected with which generation of the SDK."""

from tests.support.generation import GENERATION

# It imports what only the extra of the vendor's server installs.
collect_ignore = [] if GENERATION == "metatables" else ["test_takeover.py"]
