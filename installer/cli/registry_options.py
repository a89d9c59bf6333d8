"""The options of the commands that ask registries: declared once, taken together. Asks no registry."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from installer.cli.values import FILE

if TYPE_CHECKING:
    from installer.flow.plugins_lock import Comparison
    from installer.model.registry_request import Freshness, RegistryRequest

Command = TypeVar("Command", bound=Callable[..., Any])
_FRESHNESS: "dict[str, Freshness]" = {"offline": "offline", "refresh": "refresh", "no_cache": "uncached"}


class _Age(click.ParamType[float]):
    """Weeks, days, hours or minutes, as seconds."""

    name = "age"
    _units = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0}  # noqa: RUF012

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        match = re.fullmatch(r"([0-9]{1,5})([wdhm])", str(value))
        if match is None:
            self.fail(f"{str(value)!r} is no age such as 7d, 2w or 12h.", param, ctx)
        return int(match[1]) * self._units[match[2]]


_OPTIONS = (
    click.option(
        "--registry", metavar="URL", help="The npm registry; a scope's own one of .npmrc beats it, as in npm."
    ),
    click.option("--authfile", type=FILE, metavar="FILE", help="Credentials for image registries, as podman's."),
    click.option("--prereleases", is_flag=True, help="Let prereleases in."),
    click.option("--cooldown", type=_Age(), metavar="AGE", help="Pass over what is younger, such as 7d."),
    click.option("--offline", is_flag=True, help="Ask no registry: answer from what was asked before."),
    click.option("--refresh", is_flag=True, help="Ask again what was asked before."),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep answers of registries."),
)


def registry_options(function: Command) -> Command:
    """A command that asks registries; its function takes them out of its options with `registry_request`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def registry_request(options: dict[str, Any]) -> "RegistryRequest":
    """What `registry_options` put into the options of a command, which loses them.

    Raises UsageError where more than one says how fresh answers have to be.
    """
    from installer.model.registry_request import RegistryRequest

    said = [name for name in _FRESHNESS if options.pop(name)]
    if len(said) > 1:
        typed = " and ".join(f"--{name.replace('_', '-')}" for name in said)
        raise click.UsageError(f"{typed} exclude each other")
    return RegistryRequest(
        registry=options.pop("registry"),
        authfile=options.pop("authfile"),
        freshness=_FRESHNESS[said[0]] if said else "cached",
        prereleases=options.pop("prereleases"),
        cooldown=options.pop("cooldown"),
    )


def comparison_of(options: dict[str, Any]) -> "Comparison | None":
    """What --locked and --frozen ask for; the options lose them. Raises UsageError where both are given."""
    locked, frozen = options.pop("locked"), options.pop("frozen")
    if locked and frozen:
        raise click.UsageError("--locked asks registries, --frozen nobody: one of them")
    return "locked" if locked else "frozen" if frozen else None
