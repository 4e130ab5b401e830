"""Takes over a database of the published ms-markets, without loss.

``python -m migrations.adopt`` compares it with our revision 1003. If nothing would be lost, it
changes the row of the version table from 0017, 0018, 0019 or 0020 to 1003. The SDK's ``upgrade``
continues from there.
"""

from .adopt import Adoption, adopt
from .differences import Difference

__all__ = ["Adoption", "Difference", "adopt"]
