"""`help`: the help of any command, and the table of exit codes. Explains; does nothing."""

import click

from installer.cli.options import UnknownCommand, command, session_of
from installer.model.errors import MEANINGS, PRECEDENCE, ExitCode
from installer.model.report import Report

_EXIT_CODES = "exit-codes"


@command("help", short_help="Help on a command, or `help exit-codes`.")
@click.argument("words", nargs=-1, metavar="[COMMAND|exit-codes]")
@click.pass_context
def help_(ctx: click.Context, words: tuple[str, ...]) -> Report:
    """Show the help of a command, or the table of exit codes."""
    session_of(ctx).words = " ".join(("help", *words))
    if words == (_EXIT_CODES,):
        return exit_codes()
    found = _find(ctx, words)
    shown = found.get_help()
    return Report(result={"help": shown}, text=f"{shown}\n")


def _find(ctx: click.Context, words: tuple[str, ...]) -> click.Context:
    """The context of a command named by its words, without running it."""
    at = ctx.find_root()
    for word in words:
        group = at.command
        found = group.get_command(at, word) if isinstance(group, click.Group) else None
        if found is None:
            known = group.list_commands(at) if isinstance(group, click.Group) else []
            raise UnknownCommand(word, [*known, _EXIT_CODES], ctx, words)
        at = click.Context(found, parent=at, info_name=word)
    return at


def exit_codes() -> Report:
    """Every exit code with its meaning, and which one wins where several apply."""
    rows = [{"code": int(code), "name": code.name, "meaning": MEANINGS[code]} for code in ExitCode]
    table = "".join(f"{row['code']:>4}  {row['name']:<13} {row['meaning']}\n" for row in rows)
    order = ", ".join(str(int(code)) for code in PRECEDENCE)
    return Report(
        result={"exitCodes": rows, "precedence": [code.name for code in PRECEDENCE]},
        text=f"{table}\nWhere several apply, all are told and the first of these is the exit code:\n{order}\n",
    )
