"""`wait`: options into a connection, and the connection to the flow. Waits for nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import command, session_of

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

# As of every other command: an API that never answers ends it in a minute.
_FIRST = 55.0


@command(
    "wait",
    short_help="Wait until the Orchestrator on a cluster works.",
    examples=(
        "rhdh-orchestrator wait --instance rhdh/developer-hub",
        "rhdh-orchestrator wait --timeout 10m -o json",
    ),
)
@connected
@click.pass_context
def wait(ctx: click.Context, /, **options: Any) -> "Report":
    """Wait until `status` is healthy, and answer as it does (15 minutes at most, or --timeout).

    Says meanwhile what is missing. Exits with 10 where it is still missing at the end, and, without --timeout, where
    the API has not answered once within a minute.
    """
    first = _FIRST if options["timeout"] is None else None
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.flow.live_wait import wait as walk

    session = session_of(ctx)
    with progress_on(session, lasting=True) as progress:
        return walk(connection, **options, progress=progress, first=first)
