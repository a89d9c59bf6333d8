"""`plan` and `apply`: what an installation would do, as a file, and the carrying out of such a file."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.installing import installing, requests_of
from installer.cli.options import command, session_of
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "plan",
    short_help="What `install` would do on a cluster, to be applied later.",
    examples=(
        "rhdh-orchestrator plan --out orchestrator.plan",
        "rhdh-orchestrator plan --instance rhdh/developer-hub -o json",
    ),
)
@installing
@click.option("--out", type=FILE, metavar="FILE", help="Write the plan for `apply`; it is private, and holds secrets.")
@connected
@click.pass_context
def plan(ctx: click.Context, /, **options: Any) -> "Report":
    """Show what `install` would do on a cluster, object by object, and write nothing to it."""
    connection = connection_of(options)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live import plan as walk

    request, live = requests_of({**options, "directory": ""})
    session = session_of(ctx)
    with progress_on(session) as progress:
        return walk(connection, request, live, confirm_on(session), progress)


@command(
    "apply",
    short_help="Carry out what `plan --out` wrote.",
    examples=("rhdh-orchestrator apply orchestrator.plan --yes",),
)
@click.argument("file", type=FILE)
@click.option("--helm", metavar="PATH", help="The helm to use (RHDH_ORCHESTRATOR_HELM).")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@connected
@click.pass_context
def apply(ctx: click.Context, /, file: str, helm: str | None, yes: bool, **options: Any) -> "Report":  # noqa: FBT001
    """Carry out a plan. Where an object has changed since, nothing is written and the object is named (8)."""
    connection = connection_of(options, within=LASTING)
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.live_install import Talk
    from installer.flow.live_install import apply as walk

    session = session_of(ctx)
    with progress_on(session, lasting=True) as progress:
        return walk(connection, file, helm, Talk(confirm_on(session), progress), yes=yes, instance=options["instance"])
