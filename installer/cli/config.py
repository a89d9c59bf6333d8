"""`config effective` and `config show`: options into a request, and the request to the flow. Merges nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import Table, command
from installer.cli.table import CONFIG
from installer.cli.values import FILE, FOLDER, assignments, instance

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@click.command("config", cls=Table, entries=CONFIG, short_help="What RHDH will run with, and where it came from.")
def config() -> None:
    """Show what RHDH will run with, and where each value came from."""


def _sources(function: "Callable[..., Report]") -> "Callable[..., Report]":
    """The options that say what to look at."""
    for option in reversed(
        (
            click.option("--directory", type=FOLDER, metavar="DIR", help="Manifests that hold an RHDH."),
            click.option(
                "--instance", metavar="[NAMESPACE/]NAME", callback=instance, help="Which RHDH, where there are several."
            ),
            click.option("--file", type=FILE, metavar="FILE", help="A dynamic-plugins.yaml; includes are beside it."),
            click.option(
                "--app-config", type=FILE, multiple=True, metavar="FILE", help="An app-config; repeat, last wins."
            ),
            click.option(
                "--env",
                multiple=True,
                metavar="NAME=VALUE",
                callback=assignments,
                help="A variable of RHDH's environment, with --file and --app-config; repeat.",
            ),
            click.option("--defaults", type=FILE, metavar="FILE", help="RHDH's own dynamic-plugins.default.yaml."),
            click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH."),
        )
    ):
        function = option(function)
    return function


def _check(directory: str | None, options: dict[str, Any]) -> None:
    """Refuse what contradicts itself; raises click.UsageError."""
    files = options["file"] is not None or bool(options["app_config"])
    if directory is None and not files:
        raise click.UsageError("what to look at? --directory DIR, or --file FILE and --app-config FILE")
    if directory is not None and files:
        raise click.UsageError("--directory already says which files: leave out --file and --app-config")
    if directory is not None and options["env"]:
        raise click.UsageError("--env goes with --file and --app-config: the manifests say the environment")
    if directory is None and options["instance"] is not None:
        raise click.UsageError("--instance chooses among those of --directory DIR")


@command(
    "effective",
    short_help="The plugins and the app-config RHDH will run with.",
    examples=(
        "rhdh-orchestrator config effective --directory manifests",
        "rhdh-orchestrator config effective --file dynamic-plugins.yaml --rhdh-version 1.8",
        "rhdh-orchestrator config effective --app-config app-config.yaml --env HOST=rhdh.example.com",
    ),
)
@_sources
def effective(directory: str | None, **options: Any) -> "Report":
    """Show the plugins and the app-config that RHDH will run with, merged by RHDH's own rules.

    Exits with 4 where RHDH would not start, and says what it would have logged.
    """
    _check(directory, options)
    from installer.flow import effective as walk
    from installer.model.request import ConfigRequest

    return walk(ConfigRequest(directory=directory, **options))


@command(
    "show",
    short_help="One value of the app-config, its origin and what it hides.",
    examples=(
        "rhdh-orchestrator config show app.baseUrl --directory manifests",
        "rhdh-orchestrator config show backend.cors.origin --app-config app-config.yaml",
    ),
)
@click.argument("path")
@_sources
def show(path: str, directory: str | None, **options: Any) -> "Report":
    """Show one value of the effective app-config, the file and line it came from, and what it hides."""
    _check(directory, options)
    from installer.flow import show as walk
    from installer.model.request import ConfigRequest

    return walk(ConfigRequest(directory=directory, **options), path)
