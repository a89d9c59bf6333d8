"""`plugins`: options into requests, and the requests to the flow. Chooses no version and asks no registry."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import Table, command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import registry_options, registry_request
from installer.cli.table import PLUGINS
from installer.cli.values import FILE

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

plugins = Table(
    "plugins",
    entries=PLUGINS,
    short_help="Versions and hashes of plugins.",
    help="Show and choose the versions and hashes of plugins.",
)


@command(
    "list",
    short_help="The plugins of a configuration, and what is known of their hashes.",
    examples=(
        "rhdh-orchestrator plugins list",
        "rhdh-orchestrator plugins list --directory manifests",
        "rhdh-orchestrator plugins list --file dynamic-plugins.yaml -o json",
    ),
)
@whereabouts
@click.pass_context
def list_(ctx: click.Context, /, **options: Any) -> "Report":
    """List the plugins that are in force, where each is configured, and what is known of its hash.

    Of the RHDH of a cluster, of manifests in a directory, or of one file. Knows, without asking anybody, the hashes
    that were published with a version and are wrong.
    """
    from installer.cli.progress import progress_on
    from installer.flow.plugins_list import list_ as walk

    request, connection = where(options)
    with progress_on(session_of(ctx)) as progress:
        return walk(request, connection, progress)


@command(
    "resolve",
    short_help="Which version of a plugin to take, with its hash.",
    examples=(
        "rhdh-orchestrator plugins resolve --rhdh-version 1.7",
        "rhdh-orchestrator plugins resolve @redhat/backstage-plugin-orchestrator '@acme/plugin@^1.4'",
        "rhdh-orchestrator plugins resolve @acme/plugin@next --registry https://npm.example.com/ -o json",
    ),
)
@click.argument("specs", nargs=-1, metavar="[SPEC]...")
@click.option(
    "--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH, whose Orchestrator is meant without SPEC."
)
@click.option("--defaults", type=FILE, metavar="FILE", help="The default file that {{inherit}} is taken from.")
@click.option(
    "--hash", "hashed", is_flag=True, help="Download what has no hash that RHDH takes, to compute its sha512."
)
@registry_options
def resolve(**options: Any) -> "Report":
    """Say which version each SPEC means, with the one hash that RHDH takes, and why that one.

    A name alone is the highest version that is no prerelease, not deprecated and not known to be bad, whatever was
    published last; NAME@RANGE the highest such one in the range; NAME@TAG and NAME@VERSION are taken as asked.
    Of an image (oci://) it is the digest. Registries and credentials are those of npm in this directory, and those of
    podman. Exits with 3 where nothing satisfies a SPEC. integrity.value is null where a registry publishes only sha1,
    unless --hash computes the sha512 of the bytes.
    """
    from installer.flow.plugins_resolve import ResolveRequest
    from installer.flow.plugins_resolve import resolve as walk

    return walk(ResolveRequest(asking=registry_request(options), **options))
