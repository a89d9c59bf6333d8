"""A text and how it sits in a file: file, block scalar, quoted scalar, JSON string; embeddings nest.

Maps places and edits of the inner text to the file's own characters. Does not decide what to edit.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from yaml.nodes import ScalarNode

from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.yamltext.splices import Splice

if TYPE_CHECKING:
    from installer.yamltext.embedding import Embedding


@dataclass(frozen=True)
class File:
    """One file as it was read. `path` is POSIX and relative to the directory; `characters` lack the byte order mark.

    `parts` are scalars that stand for files of their own, by where they begin: values of a ConfigMap on a cluster,
    whose edits go to the value and not through the text that the object is shown as.
    """

    path: str
    data: bytes
    characters: str
    bom: bool = False
    parts: Mapping[int, "File"] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def line_starts(self) -> list[int]:
        starts = [0]
        position = self.characters.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.characters.find("\n", position + 1)
        return starts

    def place(self, index: int) -> Place:
        line = bisect_right(self.line_starts, index)
        return Place(self.path, line, index - self.line_starts[line - 1] + 1)


@dataclass(frozen=True)
class Text:
    """Characters that somebody wrote, and the embeddings between them and the file (outermost first)."""

    file: File
    characters: str
    embeddings: "tuple[Embedding, ...]" = field(default=(), repr=False)

    @staticmethod
    def of(file: File) -> "Text":
        return Text(file, file.characters)

    def embedded(self, scalar: ScalarNode) -> "Text":
        """The text inside a scalar of this text. Marks of `scalar` must count characters of this text."""
        part = None if self.embeddings else self.file.parts.get(scalar.start_mark.index)
        if part is not None:
            return Text.of(part)
        from installer.yamltext.embedding import embed  # noqa: PLC0415 - a file of its own holds no other text

        embedding = embed(self.characters, scalar)
        return Text(self.file, embedding.inner, (*self.embeddings, embedding))

    def place(self, index: int) -> Place:
        """Where a character of this text stands in the file."""
        for embedding in reversed(self.embeddings):
            index = embedding.outer_index(index)
        return self.file.place(index)

    def place_of_line(self, line: int, column: int = 1) -> Place:
        """Where line and column of this text (from 1) stand in the file."""
        return self.place(index_of(self.characters, line, column))

    def to_file(self, splices: list[Splice]) -> list[Splice]:
        """Edits of this text as edits of the file's characters."""
        for embedding in reversed(self.embeddings):
            splices = embedding.outward(splices)
        return splices


def index_of(characters: str, line: int, column: int = 1) -> int:
    """The index of a line and column (from 1); the end of the text where it has fewer lines."""
    start = 0
    for _ in range(line - 1):
        end = characters.find("\n", start)
        if end < 0:
            return len(characters)
        start = end + 1
    return min(start + column - 1, len(characters))
