"""The options of the plugin commands that change a configuration, declared once. Changes nothing itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.flow.plugins_changing import Wanted

_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any], str], ...] = (
    (("--dry-run",), {"is_flag": True}, "show the diff and the prediction; write nothing."),
    (("--exit-code",), {"is_flag": True}, "with --dry-run: 14 when there is something to do."),
    (("-y", "--yes"), {"is_flag": True}, "write without asking."),
    (("--chart",), {"metavar": "REFERENCE"}, "RHDH's own chart, where Helm installed RHDH on the cluster."),
    (("--chart-version",), {"metavar": "VERSION"}, "its version (the one that is installed)."),
    (("--helm",), {"metavar": "PATH"}, "the helm to use (RHDH_ORCHESTRATOR_HELM)."),
)
# As the function gets them, and as `Wanted` calls them.
CHANGING = ("dry_run", "exit_code", "yes", "chart", "chart_version", "helm")


def changing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the function takes them out of its own with `wanted_of`."""
    return _with_options(function, "")


def changing_with(option: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The same, of a command that changes something only with this option."""
    return lambda function: _with_options(function, f"With {option}: ")


def _with_options(function: Callable[..., Any], head: str) -> Callable[..., Any]:
    for names, more, about in reversed(_OPTIONS):
        words = f"{head}{about}"
        function = click.option(*names, **more, help=f"{words[0].upper()}{words[1:]}")(function)
    return function


def wanted_of(options: dict[str, Any]) -> "Wanted":
    """How the change is to be made; the options lose what says so. Raises click.UsageError of a contradiction."""
    from dataclasses import fields

    from installer.flow.plugins_changing import Wanted

    if options["chart_version"] and not options["chart"]:
        raise click.UsageError("--chart-version says more of --chart REFERENCE, which is missing")
    return Wanted(**{one.name: options.pop(one.name) for one in fields(Wanted)})
