"""The options of the plugin commands that change a configuration, declared once. Changes nothing itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.flow.plugins_changing import Wanted

_OPTIONS = (
    click.option("--dry-run", is_flag=True, help="Show the diff and the prediction; write nothing."),
    click.option("--exit-code", is_flag=True, help="With --dry-run: 14 when there is something to do."),
    click.option("-y", "--yes", is_flag=True, help="Write without asking."),
    click.option("--chart", metavar="REFERENCE", help="RHDH's own chart, where Helm installed RHDH on the cluster."),
    click.option("--chart-version", metavar="VERSION", help="Its version (the one that is installed)."),
    click.option("--helm", metavar="PATH", help="The helm to use (RHDH_ORCHESTRATOR_HELM)."),
)


def changing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the function takes them out of its own with `wanted_of`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def wanted_of(options: dict[str, Any]) -> "Wanted":
    """How the change is to be made; the options lose what says so. Raises click.UsageError of a contradiction."""
    from dataclasses import fields

    from installer.flow.plugins_changing import Wanted

    if options["chart_version"] and not options["chart"]:
        raise click.UsageError("--chart-version says more of --chart REFERENCE, which is missing")
    return Wanted(**{one.name: options.pop(one.name) for one in fields(Wanted)})
