"""What a provider of migrations takes from the SDK, of the generation that is installed.

Apart from ``msm.sdk``, because it loads Alembic, which a service that only attaches does not need.
"""

from typing import TYPE_CHECKING

from msm.generation import GENERATION

# A type checker reads one of them: both have the same names and signatures.
if TYPE_CHECKING or GENERATION == "metatables":
    from msm.sdk.metatables_migrations import *  # noqa: F403 - the adapter lists what it exports
    from msm.sdk.metatables_migrations import __all__ as __all__
else:
    from msm.sdk.mainsequence8_migrations import *  # noqa: F403
    from msm.sdk.mainsequence8_migrations import __all__ as __all__
