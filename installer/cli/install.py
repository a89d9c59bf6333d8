"""`install`: options into requests, and the requests to the flow. Decides nothing about RHDH."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.installing import LIVE_OPTIONS, installing, refuse_live_options, requests_of
from installer.cli.options import command, session_of
from installer.cli.values import FOLDER

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "install",
    short_help="Put the Orchestrator on an RHDH, on a cluster or in a directory of manifests.",
    examples=(
        "rhdh-orchestrator install --dry-run",
        "rhdh-orchestrator install --instance rhdh/developer-hub --yes",
        "rhdh-orchestrator install --directory manifests --dry-run",
        "rhdh-orchestrator install --directory manifests --without templates --yes",
    ),
)
@click.option("--directory", type=FOLDER, metavar="DIR", help="The manifests to edit, in the place of a cluster.")
@installing
@click.option("--dry-run", is_flag=True, help="Show the diff, the steps and the prediction; write nothing.")
@click.option("--exit-code", is_flag=True, help="With --dry-run: 14 when there is something to do.")
@click.option("--wait", is_flag=True, help="On a cluster: wait for the end state, as it does in any case.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.option(
    "--render-infrastructure",
    type=FOLDER,
    metavar="DIR",
    help="With --directory: write operators, Knative and platform as manifests too (needs helm).",
)
@connected
@click.pass_context
def install(ctx: click.Context, /, directory: str | None, **options: Any) -> "Report":
    """Put the Orchestrator on an RHDH: operators, SonataFlow platform, plugins, app-config, one restart.

    Without --directory on the cluster of the kubeconfig; a new pod that does not start brings the old
    configuration back (11). With it the manifests are edited in place, with the smallest diff. In both cases only
    after the result was run through RHDH's own rules: where RHDH would not start, nothing is written (4).
    """
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on

    session = session_of(ctx)
    if directory is not None:
        refuse_live_options(ctx, LIVE_OPTIONS)
        from installer.flow import install as walk

        request, _ = requests_of({**options, "directory": directory})
        with progress_on(session) as progress:
            return walk(request, confirm=confirm_on(session), progress=progress)
    if options["render_infrastructure"] is not None:
        raise click.UsageError("--render-infrastructure is for --directory DIR: on a cluster helm installs it")
    connection = connection_of(options, within=LASTING)
    from installer.flow.live import install as live_walk

    request, live = requests_of({**options, "directory": ""})
    with progress_on(session, lasting=True) as progress:
        return live_walk(connection, request, live, confirm_on(session), progress)
