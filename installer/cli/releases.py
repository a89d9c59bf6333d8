"""`releases`: what this program knows of RHDH's releases, as data. Knows none itself."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import Table, command
from installer.cli.table import RELEASES

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@click.command(
    "releases",
    cls=Table,
    entries=RELEASES,
    invoke_without_command=True,
    short_help="The RHDH releases this program knows.",
)
@click.pass_context
def releases(ctx: click.Context) -> "Report | None":
    """List the RHDH releases this program knows, each with its newest patch."""
    if ctx.invoked_subcommand is not None:
        return None
    from installer.knowledge.releases import minors, release
    from installer.model.report import Report

    rows = [{"minor": minor, "version": release(minor).version} for minor in minors()]
    text = "".join(f"{row['minor']:<6} {row['version']}\n" for row in rows)
    return Report(result={"releases": rows}, text=text)


@command("show", short_help="Everything this program knows of one release.")
@click.argument("release_name", metavar="RELEASE")
def show(release_name: str) -> "Report":
    """Show everything this program knows of one RHDH release: 1.8, 1.8.3 or v1.8.3."""
    from installer.cli.envelope import plain
    from installer.knowledge.releases import release
    from installer.model.report import Report

    found = plain(release(release_name).describe())
    return Report(result=found, text=_readable(found))


def _readable(data: Any) -> str:
    """The data as YAML for people: texts of several lines as blocks."""
    import yaml

    class Blocks(yaml.SafeDumper):
        """Writes a text of several lines as `|`; a class of its own, so that nobody else's dumper changes."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Blocks.add_representer(str, text)
    dumped: str = yaml.dump(data, Dumper=Blocks, sort_keys=False, allow_unicode=True, width=110)
    return dumped
