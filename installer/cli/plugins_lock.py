"""`plugins lock`: options into requests, and the requests to the flow. Resolves and compares nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import comparison_of, registry_options, registry_request
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "lock",
    short_help="Hold versions, hashes and digests of plugins fast in a file.",
    examples=(
        "rhdh-orchestrator plugins lock --file dynamic-plugins.yaml",
        "rhdh-orchestrator plugins lock --directory manifests --yes",
        "rhdh-orchestrator plugins lock --directory manifests --frozen",
    ),
)
@whereabouts
@registry_options
@click.option("--out", type=FILE, metavar="FILE", help="The lock (rhdh-plugins.lock.yaml beside the file).")
@click.option("--locked", is_flag=True, help="Write nothing: resolve again and compare with the lock.")
@click.option("--frozen", is_flag=True, help="Write nothing, ask nobody: compare lock and configuration.")
@click.option("--dry-run", is_flag=True, help="Show the diff; write nothing.")
@click.option("--exit-code", is_flag=True, help="With --dry-run: 14 when the lock would change.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def lock(ctx: click.Context, /, **options: Any) -> "Report":
    """Write rhdh-plugins.lock.yaml: version, address, hash, digest and signature verdict of each plugin that is on.

    It stands beside the file, at the root of the directory, and of a cluster in the working directory. Nothing is
    written where a plugin cannot be resolved, or where a hash is none of its version's (13). With --locked and
    --frozen nothing is written at all: 4 where the lock is stale, 6 where it is broken, 3 where there is none. The
    address is not compared: the hash is.
    """
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.plugins_lock import LockRequest
    from installer.flow.plugins_lock import lock as walk

    session = session_of(ctx)
    comparison = comparison_of(options)
    registries = registry_request(options)
    request, connection = where(options)
    asked = LockRequest(comparison=comparison, **options)
    with progress_on(session) as progress:
        return walk(request, connection, registries, asked, confirm=confirm_on(session), progress=progress)
