"""`plugins diff`: options into requests, and the requests to the flow. Compares nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "diff",
    short_help="What the defaults of two releases change for a configuration.",
    examples=(
        "rhdh-orchestrator plugins diff 1.8 1.9 --directory manifests",
        "rhdh-orchestrator plugins diff 1.8 1.9 --file plugins.yaml --defaults old.yaml --new-defaults new.yaml",
    ),
)
@click.argument("before", metavar="RELEASE_A")
@click.argument("after", metavar="RELEASE_B")
@whereabouts
@click.option("--new-defaults", type=FILE, metavar="FILE", help="RELEASE_B's own dynamic-plugins.default.yaml.")
@click.option("--exit-code", is_flag=True, help="14 when the defaults differ.")
@click.pass_context
def diff(ctx: click.Context, /, before: str, after: str, **options: Any) -> "Report":
    """Show which plugins the defaults of RELEASE_B add, drop, rename, switch or change, and what that means here.

    The configuration is run through the rules of both releases: 4 where RHDH would not start with RELEASE_B. With
    --defaults (RELEASE_A's) and --new-defaults (RELEASE_B's) everything is compared; without them the Orchestrator's
    plugins and those beside them, which are known.
    """
    from installer.cli.progress import progress_on
    from installer.flow.plugins_diff import DiffRequest
    from installer.flow.plugins_diff import diff as walk

    if options["rhdh_version"] is not None:
        raise click.UsageError("--rhdh-version is RELEASE_A here, the release to come from")
    new_defaults, exit_code = options.pop("new_defaults"), options.pop("exit_code")
    if (new_defaults is None) != (options["defaults"] is None):
        raise click.UsageError("--defaults is RELEASE_A's file and --new-defaults RELEASE_B's: both, or neither")
    request, connection = where(options)
    asked = DiffRequest(before, after, new_defaults, exit_code)
    with progress_on(session_of(ctx)) as progress:
        return walk(request, connection, asked, progress)
