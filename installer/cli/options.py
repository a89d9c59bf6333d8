"""The options common to all commands, and the two kinds of Click command that carry them. Knows no command."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from itertools import takewhile
from typing import Any

import click

from installer.cli.session import COLORS, OUTPUTS, REPORTS, Session
from installer.cli.table import Entry

PROGRAM = "rhdh-orchestrator"
# What may be said before the command, and what those answer in that have more than the usual formats.
EVERY_OUTPUT = (*OUTPUTS, *REPORTS)
_COMMON = ("output", "color", "quiet", "verbose", "debug", "help")


class UnknownCommand(click.UsageError):
    """A word that is no command of a group; `typed` is what was typed in its place, up to the first option."""

    def __init__(self, word: str, known: Sequence[str], ctx: click.Context, typed: Sequence[str]) -> None:
        super().__init__(f"there is no command {word!r}{_nearest(word, known)}", ctx)
        self.typed = " ".join(takewhile(lambda one: not one.startswith("-"), typed))


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"; the nearest is {near[0]!r}" if near else f"; there are {', '.join(known)}"


def session_of(ctx: click.Context) -> Session:
    found = ctx.find_object(Session)
    if found is None:  # pragma: no cover (the boundary always gives one; completion does not)
        found = ctx.obj = Session()
    return found


def words_of(ctx: click.Context) -> str:
    """The command as typed, without the program: `config effective`."""
    words: list[str] = []
    at: click.Context | None = ctx
    while at is not None and at.parent is not None:
        words.insert(0, at.info_name or "")
        at = at.parent
    return " ".join(words)


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    # Only what was given is kept, so that a command's silence does not undo the group's word.
    if value and not ctx.resilient_parsing and param.name is not None:
        setattr(session_of(ctx), param.name, value)


def _show_help(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 (Click calls it)
    if value and not ctx.resilient_parsing:
        session = session_of(ctx)
        session.help, session.words = ctx.get_help(), words_of(ctx)
        ctx.exit()


def _refuse_output(ctx: click.Context, allowed: Sequence[str]) -> None:
    """A format that was given before the command, or to the group, and that the command has not."""
    output = session_of(ctx).output
    if output not in allowed:
        known = ", ".join(allowed)
        raise click.BadParameter(f"{output!r} is no format of `{words_of(ctx)}`: {known}", ctx, param_hint="-o")


def _common(outputs: Sequence[str]) -> list[click.Parameter]:
    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_remember, **settings)

    return [
        option("-o", "--output", type=click.Choice(outputs), help="Format of the answer (text)."),
        option("--color", type=click.Choice(COLORS), help="Colour in text (auto)."),
        option("-q", "--quiet", is_flag=True, help="No warnings and no progress on stderr."),
        option("-v", "--verbose", count=True, help="Progress on stderr, also into a log."),
        option("--debug", is_flag=True, help="Show the traceback of an error."),
        click.Option(
            ("-h", "--help"),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_help,
            help="Show this help.",
        ),
    ]


def load_yaml() -> None:
    """Load PyYAML for all who import it later: whoever does it first says how its expressions are compiled."""
    from installer.model.late_pattern import late_patterns

    with late_patterns():
        import yaml  # noqa: F401


class Leaf(click.Command):
    """One command: a function from options to a Report. Nearly all of them read YAML."""

    def __init__(
        self, name: str | None, *, examples: Sequence[str] = (), reads_yaml: bool = True, **settings: Any
    ) -> None:
        settings["add_help_option"] = False  # ours is one of the common options
        super().__init__(name, **settings)
        self.params = [*self.params, *_common(OUTPUTS)]
        self.examples, self.reads_yaml = examples, reads_yaml

    def invoke(self, ctx: click.Context) -> Any:
        session_of(ctx).words = words_of(ctx)
        _refuse_output(ctx, OUTPUTS)
        if self.reads_yaml:
            load_yaml()
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                # Not wrapped: a command that is broken into lines cannot be copied.
                formatter.write("".join(f"{'':{formatter.current_indent}}{line}\n" for line in self.examples))


class Table(click.Group):
    """A group whose commands are known by name and short help, and imported only when called."""

    def __init__(
        self, name: str | None, *, entries: Mapping[str, Entry], outputs: Sequence[str] = OUTPUTS, **settings: Any
    ) -> None:
        settings |= {"add_help_option": False, "no_args_is_help": False}
        super().__init__(name, **settings)
        self.params = [*self.params, *_common(outputs)]
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, attribute = entry.target.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 (the table is ours)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.entries and not ctx.resilient_parsing:
            raise UnknownCommand(args[0], list(self.entries), ctx, args)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        session_of(ctx).words = words_of(ctx)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        _write_options(self.get_params(ctx), ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        width = max(map(len, self.entries))
        for section in dict.fromkeys(entry.section for entry in self.entries.values()):
            rows = [(name.ljust(width), e.help) for name, e in self.entries.items() if e.section == section]
            with formatter.section(section):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        found = [CompletionItem(n, help=e.help) for n, e in self.entries.items() if n.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


def _write_options(params: Sequence[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter) -> None:
    own: list[tuple[str, str]] = []
    common: list[tuple[str, str]] = []
    for param in params:
        # Click from 8.2 on would list arguments as well, with no word about them.
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record is not None:
            (common if param.name in _COMMON else own).append(record)
    for title, rows in (("Options", own), ("Common options, before or after the command", common)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def command(name: str, **settings: Any) -> Callable[[Callable[..., Any]], Leaf]:
    """Declare a command: its docstring is the help, its function returns a Report."""
    return click.command(name, cls=Leaf, **settings)
