"""`install`: options into a request, and the request to the flow. Decides nothing about RHDH."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import command, session_of
from installer.cli.values import FILE, FOLDER, several

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

_PARTS = ("notifications", "templates", "cors", "csp")
_EXTRAS = ("email",)


@command(
    "install",
    short_help="Put the Orchestrator on the RHDH of a directory of manifests.",
    examples=(
        "rhdh-orchestrator install --directory manifests --dry-run",
        "rhdh-orchestrator install --directory manifests --without templates --yes",
        "rhdh-orchestrator install --directory manifests --instance rhdh/developer-hub",
    ),
)
@click.option("--directory", type=FOLDER, metavar="DIR", help="The manifests to edit.")
@click.option("--instance", metavar="[NAMESPACE/]NAME", help="Which RHDH, where there are several.")
@click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH; beats what the manifests say.")
@click.option("--defaults", type=FILE, metavar="FILE", help="RHDH's own dynamic-plugins.default.yaml.")
@click.option(
    "--without",
    multiple=True,
    metavar="PART",
    callback=several(_PARTS),
    help=f"Leave out: {', '.join(_PARTS)} (repeat, or separate by commas).",
)
@click.option(
    "--with",
    "extras",
    multiple=True,
    metavar="PART",
    callback=several(_EXTRAS),
    help="Add: email (notifications by mail).",
)
@click.option(
    "--infrastructure-namespace",
    metavar="NAMESPACE",
    help="Where the SonataFlow platform is (RHDH <= 1.6: sonataflow-infra; later: RHDH's own).",
)
@click.option("--rhdh-url", metavar="URL", help="The address of RHDH, for CORS, where app.baseUrl does not say it.")
@click.option("--enable-disabled", is_flag=True, help="Switch on Orchestrator plugins that somebody switched off.")
@click.option("--dry-run", is_flag=True, help="Show the diff and the prediction; write nothing.")
@click.option("--exit-code", is_flag=True, help="With --dry-run: 14 when there is something to do.")
@click.option("--fail-on", type=click.Choice(["warn"]), help="Exit with 5 when there are warnings.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def install(ctx: click.Context, /, directory: str | None, fail_on: str | None, **options: Any) -> "Report":
    """Put the Orchestrator on the RHDH of a directory of manifests.

    The files are edited in place, with the smallest diff, only after the result was run through RHDH's own
    rules: where RHDH would not start, nothing is written and the exit code is 4.
    """
    if directory is None:
        raise click.UsageError(
            "--directory DIR is needed: this release edits manifests; an install on a live cluster comes later"
        )
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow import install as walk
    from installer.model.request import InstallRequest

    session = session_of(ctx)
    request = InstallRequest(directory=directory, fail_on_warn=fail_on is not None, **options)
    return walk(request, confirm=confirm_on(session), progress=progress_on(session))
