"""The kinds of values that several commands take on the command line. Opens no file."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Place(click.ParamType[str]):
    """A path that is taken as it is: missing, a file instead of a folder, not readable have exit codes of their own.

    No `click.Path`, which translates its name: with the languages it looks for, that takes as long as all our options.
    """

    name = "path"

    def __init__(self, completes: Literal["dir", "file"]) -> None:
        self.completes = completes

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> str:
        return str(value)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type=self.completes)]


FOLDER = _Place("dir")  # completes folders only
FILE = _Place("file")


def several(allowed: Sequence[str]) -> Callable[..., frozenset[str]]:
    """A callback for an option that is repeated, takes commas, and knows its words."""

    def read(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
        words = [word.strip() for value in values for word in value.split(",")]
        for word in words:
            if word not in allowed:
                raise click.BadParameter(f"{word!r} is not one of {', '.join(allowed)}.")
        return frozenset(words)

    return read


def assignments(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """A callback for NAME=VALUE; a value may be empty and may hold further equal signs."""
    for value in values:
        name, equals, _ = value.partition("=")
        if not name or not equals:
            # The text itself is not repeated: it may be a secret without its name.
            raise click.BadParameter("what is wanted is NAME=VALUE.")
    return tuple((value.partition("=")[0], value.partition("=")[2]) for value in values)


def namespace(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A callback for the name of a namespace, which the API takes for one.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
    """
    if value is not None and not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", value):
        raise click.BadParameter(f"{value!r} is no name of a namespace (lower case, digits and hyphens).")
    return value


def instance(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A callback for NAME or NAMESPACE/NAME."""
    if value is not None and not (all(value.split("/")) and value.count("/") <= 1):
        raise click.BadParameter(f"{value!r} is no NAME and no NAMESPACE/NAME.")
    return value
