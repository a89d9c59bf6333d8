"""`plugins outdated`: options into requests, and the requests to the flow. Chooses no version itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import comparison_of, registry_options, registry_request

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "outdated",
    short_help="Which plugins could be newer, and why that version.",
    examples=(
        "rhdh-orchestrator plugins outdated",
        "rhdh-orchestrator plugins outdated --directory manifests --exit-code",
        "rhdh-orchestrator plugins outdated --file dynamic-plugins.yaml --rhdh-version 1.8 -o json",
    ),
)
@whereabouts
@registry_options
@click.option("--exit-code", is_flag=True, help="14 when a plugin should be another version, or its hash is wrong.")
@click.option("--locked", is_flag=True, help="Compare with rhdh-plugins.lock.yaml too: 4 where it is stale.")
@click.option("--frozen", is_flag=True, help="Compare with the lock, and ask no registry.")
@click.pass_context
def outdated(ctx: click.Context, /, exit_code: bool, **options: Any) -> "Report":  # noqa: FBT001 - Click's way
    """Say of each plugin in force which version stands there, which should, which is the highest, and why.

    The Orchestrator's plugins should be the highest version of the release's line that every one of them has in the
    registry; any other the highest within its major version. What was passed over is named with the reason. Images
    are told by tag or digest; an image's `{{inherit}}`, and what RHDH brings itself, moves with RHDH.
    """
    from installer.cli.progress import progress_on
    from installer.flow.plugins_outdated import outdated as walk

    comparison = comparison_of(options)
    registries = registry_request(options)
    request, connection = where(options)
    with progress_on(session_of(ctx)) as progress:
        return walk(request, connection, registries, exit_code=exit_code, comparison=comparison, progress=progress)
