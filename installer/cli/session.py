"""How one run of the program wants to be answered: format, colour, loudness. Decides nothing about the answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:  # threads and the words of secrets would cost `--help` more than all the rest
    from installer.cli.progress import Progress

OUTPUTS = ("text", "json", "yaml", "jsonl")
# What only some commands answer in, for other programs than ours; `audit` has them all.
REPORTS = ("sarif", "junit", "md", "html")
COLORS = ("auto", "always", "never")
# Short options that take no value: `-qo json` and `-yojson` are understood by Click, so they are here.
_SHORT_FLAGS = "qvyh"


class Session:
    """Written by the common options while the command line is parsed; read by the boundary afterwards.

    No dataclass: importing that module costs a tenth of `--help`.
    """

    __slots__ = ("color", "debug", "help", "output", "progress", "quiet", "show_version", "verbose", "words")

    def __init__(self) -> None:
        self.output = "text"
        self.color = "auto"
        self.quiet = False
        self.verbose = 0
        self.debug = False
        self.words = ""  # the command as typed
        self.help: str | None = None
        self.show_version = False
        self.progress: Progress | None = None

    def reread(self, arguments: Sequence[str]) -> None:
        """Take the common options from a command line that Click could not parse, wherever they stand."""
        self.output = _last(arguments, "-o", "--output", OUTPUTS) or "text"
        self.color = _last(arguments, None, "--color", COLORS) or "auto"
        self.debug = self.debug or "--debug" in arguments


def _last(arguments: Sequence[str], short: str | None, long: str, allowed: Sequence[str]) -> str | None:
    """The last value given for an option, None where there is none or it is not one of the allowed."""
    found: str | None = None
    for index, word in enumerate(arguments):
        if word == "--":
            break
        after = arguments[index + 1] if index + 1 < len(arguments) else ""
        value = _value(word, after, short, long)
        found = found if value is None else value
    return found if found in allowed else None


def _value(word: str, after: str, short: str | None, long: str) -> str | None:
    if word == long:
        return after
    if word.startswith(f"{long}="):
        return word[len(long) + 1 :]
    if short is None or not word.startswith("-") or word.startswith("--"):
        return None
    letters = word[1:].lstrip(_SHORT_FLAGS)
    if not letters.startswith(short[1:]):
        return None
    return letters[1:] or after


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person looks at the stream; a closed one is nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
