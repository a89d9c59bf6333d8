"""Edits of a text: what replaces what. Does not know YAML."""

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the characters start..end of a text by `text`."""

    start: int
    end: int
    text: str


def spliced(characters: str, splices: list[Splice]) -> str:
    """The text after all splices; they must not overlap. Equal positions keep their given order."""
    parts: list[str] = []
    position = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < position:
            raise ValueError("overlapping edits")
        parts += [characters[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, characters[position:]])


def newline_of(characters: str) -> str:
    """The line end a text uses (that of its first line)."""
    first = characters.find("\n")
    return "\r\n" if first > 0 and characters[first - 1] == "\r" else "\n"
