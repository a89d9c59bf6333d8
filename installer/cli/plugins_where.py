"""Whose plugins a command is about, declared once: a file, a directory or a cluster. Looks at none of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import connected, connection_of
from installer.cli.installing import LIVE_OPTIONS
from installer.cli.values import FILE, FOLDER

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.cluster.options import ConnectionOptions
    from installer.model.request import ConfigRequest

_WHERE = (
    click.option("--directory", type=FOLDER, metavar="DIR", help="Manifests that hold an RHDH, in place of a cluster."),
    click.option("--file", type=FILE, metavar="FILE", help="A dynamic-plugins.yaml; includes are beside it."),
    click.option("--defaults", type=FILE, metavar="FILE", help="RHDH's own dynamic-plugins.default.yaml."),
    click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH; beats what is found."),
)


def whereabouts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the function takes them out of its own with `where`."""
    function = connected(function)
    for option in reversed(_WHERE):
        function = option(function)
    return function


def where(options: dict[str, Any], *, within: float | None = None) -> "tuple[ConfigRequest, ConnectionOptions | None]":
    """What `whereabouts` put into the options of a command, which loses them; a connection where it is a cluster.

    :param within: as `connection_of` takes it
    Raises click.UsageError where options contradict each other.
    """
    from installer.model.request import ConfigRequest

    connection = connection_of(options, within=within)
    taken = {name: options.pop(name) for name in ("directory", "file", "instance", "defaults", "rhdh_version")}
    if taken["directory"] is not None and taken["file"] is not None:
        raise click.UsageError("what to look at? either --directory DIR or --file FILE, or neither for the cluster")
    if taken["file"] is not None and taken["instance"] is not None:
        raise click.UsageError("--instance chooses among those of a directory or a cluster; --file FILE is one")
    if taken["directory"] is None and taken["file"] is None:
        return ConfigRequest(**taken), connection
    refuse_connection("--directory DIR" if taken["file"] is None else "--file FILE")
    return ConfigRequest(**taken), None


def refuse_connection(given: str) -> None:
    """Raises click.UsageError where the running command was given a flag of a connection beside `given`."""
    from click.core import ParameterSource

    ctx = click.get_current_context()
    for param in ctx.command.params:
        if param.name in LIVE_OPTIONS and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{param.opts[-1]} is for clusters; {given} says what to look at")
