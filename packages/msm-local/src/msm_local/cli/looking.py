"""The verb that opens the window in a browser."""

import json
import webbrowser
from http.client import HTTPException

import click

from msm_local.cli.group import json_option
from msm_local.errors import UnhealthyError
from msm_local.instances.health import ask_login
from msm_local.instances.instance import Instance
from msm_local.instances.lifecycle import running_state

__all__ = ["open_command"]


@click.command("open")
@click.option(
    "--print-only",
    is_flag=True,
    envvar="MSM_LOCAL_OPEN_PRINT_ONLY",
    help="Print the link, and start no browser.",
)
@json_option
@click.pass_obj
def open_command(instance: Instance, *, print_only: bool, as_json: bool) -> None:
    """Open the window of the platform in a browser.

    The link logs one browser in. It works once, for five minutes.
    """
    state = running_state(instance)
    try:
        link = state.endpoint + ask_login(state.endpoint, state.token)
    except (OSError, HTTPException, ValueError) as error:
        raise UnhealthyError(
            f"The platform gives no link ({error}); see `{instance.command('status')}`."
        ) from error
    click.echo(json.dumps({"link": link}) if as_json else link)
    if not print_only and not as_json:
        webbrowser.open(link)
