"""`uninstall`: options into a request, and the request to the flow. Takes nothing away itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import command, session_of
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

_TOLD = ("operators", "knative", "data", "namespaces", "keep_journal")


@command(
    "uninstall",
    short_help="Take away what an installation brought to a cluster.",
    examples=(
        "rhdh-orchestrator uninstall --instance rhdh/developer-hub --dry-run",
        "rhdh-orchestrator uninstall --instance rhdh/developer-hub --data --yes",
        "rhdh-orchestrator uninstall --instance rhdh/developer-hub --knative --operators --namespaces",
    ),
)
@connected
@click.option("--operators", is_flag=True, help="Also the operators that our release brought, with their groups.")
@click.option("--knative", is_flag=True, help="Also KnativeServing and KnativeEventing of our release.")
@click.option("--data", is_flag=True, help="Also the database's volume and its password.")
@click.option("--namespaces", is_flag=True, help="Also the namespaces of our release that hold nothing of others.")
@click.option("--keep-journal", is_flag=True, help="Leave the records of past runs.")
@click.option("--helm", type=FILE, metavar="FILE", help="The helm to use (RHDH_ORCHESTRATOR_HELM).")
@click.option("--dry-run", is_flag=True, help="Show what would go and what would stay; write nothing.")
@click.option("-y", "--yes", is_flag=True, help="Take away without asking.")
@click.pass_context
def uninstall(ctx: click.Context, /, **options: Any) -> "Report":
    """Take away what an installation brought beside RHDH: its Helm release, ConfigMaps and records of runs.

    CRDs stay always; operators, Knative, data and namespaces unless they are told. RHDH's own configuration is put
    back by `undo`, which goes first.
    """
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live_removals import Told
    from installer.flow.live_uninstall import UninstallRequest
    from installer.flow.live_uninstall import uninstall as walk

    session = session_of(ctx)
    told = Told(**{name: options.pop(name) for name in _TOLD})
    with progress_on(session, lasting=True) as progress:
        return walk(connection, UninstallRequest(told=told, **options), confirm=confirm_on(session), progress=progress)
