"""`completion`: a script that makes a shell complete this program's commands and options. Installs nothing."""

from typing import TYPE_CHECKING

import click
from click.shell_completion import ShellComplete, get_completion_class

from installer.cli.options import PROGRAM, command

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

_VARIABLE = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"


@command(
    "completion",
    short_help="A completion script for bash, zsh or fish.",
    examples=(
        "source <(rhdh-orchestrator completion bash)",
        "source <(rhdh-orchestrator completion zsh)",
        "rhdh-orchestrator completion fish | source",
    ),
    reads_yaml=False,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> "Report":
    """Print a completion script, to be sourced by the shell."""
    from installer.model.report import Report

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 (Click has had all three since 8.0)
    # The bash class would start a bash here to learn its version; the script says it well enough itself.
    script = ShellComplete.source(kind(ctx.find_root().command, {}, PROGRAM, _VARIABLE))
    return Report(result={"shell": shell, "script": script}, text=script.rstrip("\n") + "\n")
