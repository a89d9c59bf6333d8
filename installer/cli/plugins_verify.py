"""`plugins verify`: options into requests, and the requests to the flow. Downloads and judges nothing itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import command, session_of
from installer.cli.plugins_where import where, whereabouts
from installer.cli.registry_options import registry_options, registry_request

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command(
    "verify",
    short_help="Whether plugins are what they say, byte by byte.",
    examples=(
        "rhdh-orchestrator plugins verify",
        "rhdh-orchestrator plugins verify --directory manifests",
        "rhdh-orchestrator plugins verify @acme/plugin --file dynamic-plugins.yaml --rhdh-version 1.8 -o json",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@whereabouts
@registry_options
@click.pass_context
def verify(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> "Report":
    """Download every plugin that is on, or that is named, and say whether RHDH would install it.

    Of a package of npm: the registry publishes the hash that stands beside it, the bytes have it (13), RHDH's
    installer would unpack them, entries within MAX_ENTRY_SIZE and links and paths inside (4), package.json has its
    name, version and role (4), and its signature is good where the registry offers any (13; needs the extra
    `signatures`). Of an image: its digest is there and that of its manifest. What was not checked says so. Nothing is
    kept. Gives up on a registry that sends nothing for 15 s. integrity.expected is the hash of the bytes, also where
    a registry publishes only sha1.
    """
    from installer.cli.progress import progress_on
    from installer.flow.plugins_verify import verify as walk

    registries = registry_request(options)
    request, connection = where(options)
    with progress_on(session_of(ctx)) as progress:
        return walk(request, connection, registries, names, progress=progress)
