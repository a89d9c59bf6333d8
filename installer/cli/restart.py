"""`restart`: options into a connection, and the connection to the flow. Restarts nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import command, session_of

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "restart",
    short_help="Restart RHDH on a cluster, once, and wait until it runs.",
    examples=(
        "rhdh-orchestrator restart --instance rhdh/developer-hub",
        "rhdh-orchestrator restart --instance rhdh/developer-hub --yes --timeout 5m",
    ),
)
@connected
@click.option("-y", "--yes", is_flag=True, help="Restart without asking.")
@click.pass_context
def restart(ctx: click.Context, /, **options: Any) -> "Report":
    """Restart RHDH by whoever does that there, and wait until every pod runs (15 minutes at most, or --timeout).

    With the operator the Backstage resource is told to; a Deployment that nobody owns gets kubectl's annotation. Where
    Helm or Git owns it, the command to run is said (4). A pod that does not come up is explained by its log; the old
    one serves on.
    """
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live_restart import restart as walk

    session = session_of(ctx)
    with progress_on(session, lasting=True) as progress:
        return walk(connection, **options, confirm=confirm_on(session), progress=progress)
