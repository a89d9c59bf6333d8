"""`plugins upgrade`: options into requests, and the requests to the flow. Chooses no version itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING
from installer.cli.options import command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import registry_options, registry_request
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.flow.plugins_changing import Wanted
    from installer.model.report import Report

_CHANGING = (
    click.option("--dry-run", is_flag=True, help="Show the diff and the prediction; write nothing."),
    click.option("--exit-code", is_flag=True, help="With --dry-run: 14 when there is something to do."),
    click.option("-y", "--yes", is_flag=True, help="Write without asking."),
    click.option("--chart", metavar="REFERENCE", help="RHDH's own chart, where Helm installed RHDH on the cluster."),
    click.option("--chart-version", metavar="VERSION", help="Its version (the one that is installed)."),
    click.option("--helm", metavar="PATH", help="The helm to use (RHDH_ORCHESTRATOR_HELM)."),
)


def changing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that changes entries; its function takes them out of its options with `wanted`."""
    for option in reversed(_CHANGING):
        function = option(function)
    return function


def wanted(options: dict[str, Any]) -> "Wanted":
    """What `changing` put into the options of a command, which loses them. Raises UsageError where they contradict."""
    from dataclasses import fields

    from installer.flow.plugins_changing import Wanted

    if options["chart_version"] and not options["chart"]:
        raise click.UsageError("--chart-version says more of --chart REFERENCE, which is missing")
    return Wanted(**{one.name: options.pop(one.name) for one in fields(Wanted)})


@command(
    "upgrade",
    short_help="Move plugins to other versions, with their hashes.",
    examples=(
        "rhdh-orchestrator plugins upgrade --dry-run",
        "rhdh-orchestrator plugins upgrade --directory manifests --yes",
        "rhdh-orchestrator plugins upgrade @acme/plugin --to latest --file dynamic-plugins.yaml",
        "rhdh-orchestrator plugins upgrade @acme/plugin --to 1.4.2 --instance rhdh/developer-hub",
        "rhdh-orchestrator plugins upgrade --to-release 1.9 --directory manifests --dry-run",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--to", default="compatible", metavar="AIM", help="compatible (the default), minor, patch, latest, or a version."
)
@click.option("--to-release", metavar="X.Y", help="Move the entries to another release of RHDH instead.")
@click.option("--new-defaults", type=FILE, metavar="FILE", help="That release's own dynamic-plugins.default.yaml.")
@whereabouts
@registry_options
@changing
@click.pass_context
def upgrade(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    to: str,
    to_release: str | None,
    new_defaults: str | None,
    **options: Any,
) -> "Report":
    """Move the plugins of dynamic-plugins.yaml, or those named, to other versions.

    Only versions and hashes change, and of images tags and digests: every other character stays. The Orchestrator's
    plugins move together. The version that stands there, asked for again, gets its right hash; a missing hash becomes
    one line. What takes its version from RHDH's defaults (`{{inherit}}`) is left alone. Nothing is written where RHDH
    would not start (4), or where a registry has no hash of a version that RHDH takes (4).

    With --to-release packages of npm become what follows them in that release: images from RHDH 1.9 on, which take
    version and configuration from its defaults. The old text is tried as the old release, the new one as the new.
    """
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.plugins_upgrade import UpgradeRequest
    from installer.flow.plugins_upgrade import upgrade as walk

    session = session_of(ctx)
    _refuse(ctx, names, to_release, new_defaults)
    how, registries = wanted(options), registry_request(options)
    request, connection = where(options, within=LASTING)
    confirm = confirm_on(session)
    with progress_on(session, lasting=connection is not None) as progress:
        if to_release is None:
            asked = UpgradeRequest(names, to)
            return walk(request, connection, registries, asked, how, confirm=confirm, progress=progress)
        from installer.flow.plugins_to_release import to_release as move

        return move(request, connection, to_release, new_defaults, how, confirm=confirm, progress=progress)


def _refuse(ctx: click.Context, names: tuple[str, ...], to_release: str | None, new_defaults: str | None) -> None:
    """Raises UsageError for what contradicts --to-release."""
    from click.core import ParameterSource

    if to_release is None:
        if new_defaults is not None:
            raise click.UsageError("--new-defaults are those of --to-release X.Y, which is missing")
    elif names or ctx.get_parameter_source("to") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--to-release moves every entry to what that release has: leave out NAME and --to")
