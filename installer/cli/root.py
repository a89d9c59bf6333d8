"""The root of the command tree. Knows the commands by their table only."""

import click

from installer.cli.options import EVERY_OUTPUT, PROGRAM, Table, session_of, words_of
from installer.cli.table import ROOT


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 (Click calls it)
    if value and not ctx.resilient_parsing:
        session = session_of(ctx)
        session.show_version, session.words = True, words_of(ctx)
        ctx.exit()


@click.command(
    PROGRAM,
    cls=Table,
    entries=ROOT,
    outputs=EVERY_OUTPUT,
    epilog="Exit codes: rhdh-orchestrator help exit-codes",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
def root() -> None:
    """Put the Orchestrator on an existing Red Hat Developer Hub.

    On a cluster, or in the manifests that are kept in Git: edited as a careful colleague would, with the smallest
    diff, where the owner of the object wants it, and only after it has been predicted, with RHDH's own rules, that
    the portal will start.
    """
