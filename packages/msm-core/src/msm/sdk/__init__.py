"""The one place through which the Main Sequence SDK enters this workspace.

Everything else imports the SDK's names from here. So a wrong installation fails here with one
sentence, not somewhere inside the SDK, and another generation of the SDK, which has the same things
under other names, needs an adapter here and no change elsewhere.
"""

from msm.sdk.installation import check_installation
from msm.sdk.interpreter import left_as_found

check_installation()

with left_as_found():
    from msm.sdk.mainsequence8 import *  # noqa: F403 - the adapter lists what this package exports
    from msm.sdk.mainsequence8 import __all__ as __all__
