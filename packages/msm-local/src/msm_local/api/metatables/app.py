"""The application of generation 2, which the application of the platform mounts.

It shares the gate, the platform and the services with generation 1; paths, bodies and errors are
those of the platform that generation 2's clients know.
"""

from functools import partial
from importlib.metadata import version

from fastapi import Depends, FastAPI

from msm_local.api import description
from msm_local.api.body_limit import BodyLimit
from msm_local.api.endpoints.dependencies import used_by
from msm_local.api.error_handlers import install_metatables_handlers
from msm_local.api.metatables.endpoints import absent, actions, context, meta_tables
from msm_local.api.metatables.endpoints.instance import same_instance
from msm_local.api.metatables.openapi import describe
from msm_local.contract.metatables.limits import MAX_DATA_REQUEST_BYTES

__all__ = ["create_metatables_app"]

RESOURCES = ("meta-tables", "time-index-meta-tables")
# The requests that carry rows have a smaller limit than the others.
DATA_REQUESTS = ("/execute-operation/", "/run-query/")


def create_metatables_app() -> FastAPI:
    """The application; each request has its platform in its scope."""
    app = FastAPI(
        title="msm-local for metatables",
        version=version("msm-local"),
        # FastAPI's own pages load scripts from the network; ours are in description.py.
        openapi_url=None,
        dependencies=[Depends(used_by("metatables")), Depends(same_instance)],
    )
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    app.add_middleware(BodyLimit, max_bytes=MAX_DATA_REQUEST_BYTES, paths=DATA_REQUESTS)
    install_metatables_handlers(app)
    app.include_router(description.router)
    app.include_router(context.router)
    for resource in RESOURCES:
        # Fixed paths come before /{uid}/, which would match them as uids.
        for router in (actions.router, absent.routers[resource], meta_tables.router):
            app.include_router(router, prefix=f"/{resource}", tags=[resource])
    app.include_router(absent.others)
    return app
