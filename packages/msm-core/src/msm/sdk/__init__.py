"""The one place through which the Main Sequence SDK enters this workspace.

Everything else imports the SDK's names from here. So a wrong installation fails here with one
sentence, not somewhere inside the SDK. The SDK has two generations, which have the same things
under other names and on another wire: each has an adapter, and both adapters export the same.
"""

from typing import TYPE_CHECKING

from msm.generation import GENERATION
from msm.sdk.installation import check_installation
from msm.sdk.process.interpreter import left_as_found

check_installation()

with left_as_found():
    # A type checker reads one of them: both have the same names and signatures.
    if TYPE_CHECKING or GENERATION == "metatables":
        from msm.sdk.metatables import *  # noqa: F403 - the adapter lists what this package exports
        from msm.sdk.metatables import __all__ as __all__
    else:
        from msm.sdk.mainsequence8 import *  # noqa: F403
        from msm.sdk.mainsequence8 import __all__ as __all__
