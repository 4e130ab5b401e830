"""What the verbs share: how an error ends them, and common options."""

import signal
from types import FrameType
from typing import NoReturn

import click

from msm_local.errors import AdministratorNeededError, MsmLocalError, TemplateFailedError
from msm_local.instances.apis import APIS
from msm_local.instances.instance import Instance
from msm_local.status.providers import (
    DEFAULT_PROVIDER,
    Provider,
    parse_providers,
    project_providers,
)
from msm_local.system.files import exists
from msm_local.system.processes import ENDING_SIGNALS, SIGNAL_BASE

__all__ = [
    "VerbGroup",
    "api_option",
    "database_option",
    "json_option",
    "port_option",
    "provider_option",
    "say",
]

json_option = click.option(
    "--json", "as_json", is_flag=True, envvar="MSM_LOCAL_JSON", help="Print JSON."
)
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), envvar="MSM_LOCAL_PORT", help="The port to listen on."
)
database_option = click.option(
    "--database-url",
    envvar="MSM_LOCAL_DATABASE_URL",
    help="Use this PostgreSQL instead of the embedded one, from now on.",
)
api_option = click.option(
    "--api",
    envvar="MSM_LOCAL_API",
    type=click.Choice(APIS),
    help="The API to serve: msm-local's own, or the one of mainsequence-metatable.  [default: that "
    "of the first start, or msm-local]",
)


def _providers(
    context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[Provider, ...]:
    named = parse_providers(" ".join(given).split(), "--provider")
    return named or project_providers(context.obj.root) or (Provider(DEFAULT_PROVIDER),)


provider_option = click.option(
    "--provider",
    "providers",
    multiple=True,
    callback=_providers,
    envvar="MSM_LOCAL_PROVIDER",
    help="A migration provider of the project; once for each, in their order.  [default: those of "
    f"[tool.msm] in pyproject.toml, or {DEFAULT_PROVIDER}]",
)


class VerbGroup(click.Group):
    """Turns an error of ours into a sentence, its effect and its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The verbs in the order in which they are used, not in that of the alphabet."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; a signal raises SystemExit in it, so that it cleans up."""
        previous = {number: signal.signal(number, _leave) for number in ENDING_SIGNALS}
        try:
            return super().invoke(ctx)
        except MsmLocalError as error:
            if isinstance(error, AdministratorNeededError):
                # On standard output, so that it can be redirected into a file for somebody else.
                click.echo(error.script)
            click.echo(f"Error: {error}", err=True)
            click.echo(f"[{error.code()}] {error.effect}{_log_of(ctx.obj, error)}", err=True)
            raise SystemExit(error.exit_code) from error
        finally:
            # Tests, and tools that call the group, go on with their own handlers.
            for number, handler in previous.items():
                signal.signal(number, handler)


def say(text: str) -> None:
    """Print to standard error, so that standard output stays readable for programs."""
    click.echo(f"msm-local: {text}", err=True)


def _log_of(instance: Instance | None, error: MsmLocalError) -> str:
    if isinstance(error, TemplateFailedError):
        # The server had no part in it.
        return f" Log: {error.log_path}"
    if instance is None or not exists(instance.log_path):
        return ""
    return f" Log: {instance.log_path}"


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(SIGNAL_BASE + number)
