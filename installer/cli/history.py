"""`history`: options into a connection, and the connection to the flow. Reads no journal itself."""

from typing import TYPE_CHECKING, Any

from installer.cli.connection import connected, connection_of
from installer.cli.options import command

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "history",
    short_help="The runs of this program on an RHDH.",
    examples=(
        "rhdh-orchestrator history",
        "rhdh-orchestrator history --instance rhdh/developer-hub -o json",
    ),
)
@connected
def history(**options: Any) -> "Report":
    """Show the runs of this program on one RHDH, the newest first, each with how it ended.

    `interrupted` and `failed` ones can be taken up with resume, or put back with undo.
    """
    connection = connection_of(options)
    from installer.flow.live_journal import history as walk

    return walk(connection, **options)
