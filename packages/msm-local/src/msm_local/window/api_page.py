"""The description of the HTTP API, as a tab."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from msm_local.api.app import endpoints
from msm_local.api.openapi_page import body
from msm_local.instances.apis import METATABLES
from msm_local.window.facts import facts_of
from msm_local.window.rendering import render

__all__ = ["routes"]


def show(request: Request) -> Response:
    """The page: the API of one generation, by the last part of the path."""
    generation = request.path_params.get("generation", "")
    if facts_of(request).state().api == METATABLES:
        # The vendor's application runs in another process.
        return render(request, "api.html", described=None, generation=generation)
    application = endpoints()
    if generation == "metatables":
        application = application.state.metatables
    return render(request, "api.html", described=body(application.openapi()), generation=generation)


routes = [Route("/api/", show), Route("/api/{generation}/", show)]
