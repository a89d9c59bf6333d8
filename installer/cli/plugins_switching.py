"""`plugins enable`, `disable` and `remove`: options into requests, and the requests to the flow. Decides nothing."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING
from installer.cli.options import command, session_of
from installer.cli.plugins_changes import changing, wanted_of
from installer.cli.plugins_where import where, whereabouts

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.flow.plugins_switching import Verb
    from installer.model.report import Report

_NAMES = click.argument("names", nargs=-1, required=True, metavar="NAME...")


@command(
    "enable",
    short_help="Switch plugins on.",
    examples=(
        "rhdh-orchestrator plugins enable backstage-plugin-techdocs --directory manifests",
        "rhdh-orchestrator plugins enable @acme/plugin --file dynamic-plugins.yaml --rhdh-version 1.8 --yes",
    ),
)
@_NAMES
@whereabouts
@changing
@click.pass_context
def enable(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> "Report":
    """Switch plugins on, as the release spells it: `disabled: false`, or `enabled: true` from RHDH 2.0 on.

    NAME is a package as written or without its version, an npm name, an image, a directory of RHDH's image, or what
    it was called in an earlier release; where it means several, they are named (3). A plugin that only the defaults
    have gets an entry of its own. On a cluster it comes with a restart, and a new pod that does not start brings the
    old configuration back (11).
    """
    return _switch(ctx, "enable", names, options)


@command(
    "disable",
    short_help="Switch plugins off.",
    examples=("rhdh-orchestrator plugins disable @acme/plugin --directory manifests --dry-run",),
)
@_NAMES
@whereabouts
@changing
@click.pass_context
def disable(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> "Report":
    """Switch plugins off, as the release spells it: `disabled: true`, or `enabled: false` from RHDH 2.0 on.

    NAME is as for `enable`. The Orchestrator's plugins need each other: where others of them stay on, a warning says
    which.
    """
    return _switch(ctx, "disable", names, options)


@command(
    "remove",
    short_help="Take the entries of plugins out.",
    examples=("rhdh-orchestrator plugins remove @acme/plugin --directory manifests --dry-run",),
)
@_NAMES
@whereabouts
@changing
@click.pass_context
def remove(ctx: click.Context, /, names: tuple[str, ...], **options: Any) -> "Report":
    """Take the whole entry of each plugin out of dynamic-plugins.yaml, with the comments that are its own.

    NAME is as for `enable`. What the defaults say of the plugin holds from then on; where they have it on, a warning
    says so.
    """
    return _switch(ctx, "remove", names, options)


def _switch(ctx: click.Context, verb: "Verb", names: tuple[str, ...], options: dict[str, Any]) -> "Report":
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.plugins_switching import SwitchRequest
    from installer.flow.plugins_switching import switch as walk

    session = session_of(ctx)
    request, connection = where(options, within=LASTING)
    wanted = wanted_of(options)
    with progress_on(session, lasting=connection is not None) as progress:
        asked = SwitchRequest(verb, names)
        return walk(request, connection, asked, wanted, confirm=confirm_on(session), progress=progress)
