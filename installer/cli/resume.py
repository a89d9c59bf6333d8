"""`resume`: options into a connection, and the connection to the flow. Carries out no step itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import command, session_of
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "resume",
    short_help="Go on with a run that was stopped.",
    examples=(
        "rhdh-orchestrator resume --instance rhdh/developer-hub",
        "rhdh-orchestrator resume 20260131-120000-1a2b --yes",
    ),
)
@click.argument("run", required=False)
@connected
@click.option("--helm", type=FILE, metavar="FILE", help="The helm to use.")
@click.option("-y", "--yes", is_flag=True, help="Go on without asking.")
@click.pass_context
def resume(ctx: click.Context, /, **options: Any) -> "Report":
    """Go on with a run that was stopped, to the end that it would have come to.

    Without RUN the last one is meant. What was written is not written again; where there is nothing to go on with,
    nothing is done. It takes 15 minutes at most, or --timeout.
    """
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live_runs import resume as walk

    session = session_of(ctx)
    with progress_on(session, lasting=True) as progress:
        return walk(connection, **options, confirm=confirm_on(session), progress=progress)
