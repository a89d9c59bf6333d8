"""`undo`: options into a connection, and the connection to the flow. Puts nothing back itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import command, session_of
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "undo",
    short_help="Put back what a run changed of RHDH's configuration.",
    examples=(
        "rhdh-orchestrator undo --instance rhdh/developer-hub",
        "rhdh-orchestrator undo 20260131-120000-1a2b --yes",
    ),
)
@click.argument("run", required=False)
@connected
@click.option("--helm", type=FILE, metavar="FILE", help="The helm to use.")
@click.option("-y", "--yes", is_flag=True, help="Put back without asking.")
@click.pass_context
def undo(ctx: click.Context, /, **options: Any) -> "Report":
    """Put back what a run changed of RHDH's configuration, to the byte, and wait until RHDH runs with it.

    Without RUN the last one is meant. What somebody edited since is named and kept (8). Operators, Knative and the
    SonataFlow platform stay as they are. It takes 15 minutes at most, or --timeout.
    """
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live_runs import undo as walk

    session = session_of(ctx)
    with progress_on(session, lasting=True) as progress:
        return walk(connection, **options, confirm=confirm_on(session), progress=progress)
