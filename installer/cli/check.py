"""`check`: options into a connection, and the connection to the flow. Checks nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import connected, connection_of
from installer.cli.options import command
from installer.cli.values import FOLDER

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "check",
    short_help="Whether the Orchestrator can be installed on a cluster.",
    examples=(
        "rhdh-orchestrator check",
        "rhdh-orchestrator check --context production --instance rhdh/developer-hub",
        "rhdh-orchestrator check --instance rhdh/developer-hub -o json",
    ),
)
@connected
@click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH; beats what the cluster says.")
@click.option("--skip-operators", is_flag=True, help="Somebody else installs the operators.")
@click.option("--oc", metavar="PATH", help="An oc that may be asked for its login (RHDH_ORCHESTRATOR_OC).")
@click.option("--helm", metavar="PATH", help="The helm that install would use (RHDH_ORCHESTRATOR_HELM).")
@click.option("--archive", type=FOLDER, metavar="DIR", help="Gather an archive for support there, with oc.")
def check(**options: Any) -> "Report":
    """Check whether the Orchestrator can be installed on the RHDH of a cluster; writes nothing.

    Each line passes, warns, fails or was skipped, with the reason and what to do about it. Exits with 4 where one
    fails.
    """
    connection = connection_of(options)
    from installer.flow.live import check as walk

    return walk(connection, **options)
