"""The tests of the workspace."""

import os

# Messages name commands as they are typed below ./dev and `msm-local exec`. These variables are
# read where msm is imported, so before any test. A test of such a message sets them itself.
for name in ("MSM_LAUNCHER", "MSM_LOCAL_COMMAND"):
    os.environ.pop(name, None)
