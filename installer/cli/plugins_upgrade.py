"""`plugins upgrade`: options into requests, and the requests to the flow. Chooses no version itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING
from installer.cli.options import command, session_of
from installer.cli.plugins_changes import changing, wanted_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import registry_options, registry_request
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


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
    how, registries = wanted_of(options), registry_request(options)
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
