"""`status`: options into a connection, and the connection to the flow. Looks at nothing itself."""

from typing import TYPE_CHECKING, Any

from installer.cli.connection import connected, connection_of
from installer.cli.options import command

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "status",
    short_help="What of the Orchestrator is on a cluster, and whether it works.",
    examples=(
        "rhdh-orchestrator status",
        "rhdh-orchestrator status --instance rhdh/developer-hub -o json",
    ),
)
@connected
def status(**options: Any) -> "Report":
    """Show the operators, Knative, the SonataFlow platform and the plugins of one RHDH on a cluster.

    At most ten requests, discovery included. What may not be read is an error (9), and not taken for absent.
    """
    connection = connection_of(options)
    from installer.flow.live import status as walk

    return walk(connection, **options)
