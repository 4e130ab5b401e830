"""A database of the published ms-markets 1.0.16 becomes ours, without loss.

``python -m migrations.adopt`` compares it with our revision 1003, and only where nothing would be
lost moves the row of the version table from 0017 to 1003. The SDK's ``upgrade`` goes on from there.
"""

from .adopt import Adoption, adopt
from .differences import Difference

__all__ = ["Adoption", "Difference", "adopt"]
