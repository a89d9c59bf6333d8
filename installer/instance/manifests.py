"""Everything that was read from a directory: files, documents, and what could not be read.

Holds and looks up; does not open files and does not know RHDH.
"""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import field
from functools import cached_property

from installer.instance.instance import Document
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place
from installer.yamltext.reading import Unreadable
from installer.yamltext.text import File


@dataclass(frozen=True)
class UnreadableFile:
    """A file that is no YAML within our bounds; `characters` are its text as well as it can be made out."""

    path: str
    reason: Unreadable
    characters: str = field(default="", repr=False)

    def mentions(self, name: str) -> bool:
        """Whether the whole word `name` occurs in the text (not as a part of a longer Kubernetes name)."""
        if not name or name not in self.characters:
            return False
        return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", self.characters) is not None

    def problem(self, why: str) -> Problem:
        """The text as an error: it is needed, `why` says for what."""
        return Problem(
            self.reason.code,
            f"{self.path} cannot be read as YAML: {self.reason.message} ({why})",
            Place(self.path, self.reason.line, self.reason.column),
            f"correct {self.path} and run the command again",
            ExitCode.INVALID,
        )


@dataclass(frozen=True)
class Manifests:
    """What a directory holds. Paths are POSIX and relative to it; documents stand in the order of paths.

    `links` leads from the path of a symbolic link inside the directory to the path it stands for. `kept` are objects of
    a cluster that an Argo CD keeps as Git says, without a mark on them that is its alone.
    """

    files: Mapping[str, File]
    documents: tuple[Document, ...]
    unreadable: tuple[UnreadableFile, ...] = ()
    warnings: tuple[Problem, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    kept: Collection[Ref] = ()

    @cached_property
    def kinds(self) -> Mapping[str, tuple[Document, ...]]:
        """The objects by kind; documents that are no Kubernetes objects under the empty kind."""
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            found.setdefault(document.ref.kind if document.ref else "", []).append(document)
        return {kind: tuple(documents) for kind, documents in found.items()}

    @cached_property
    def by_path(self) -> Mapping[str, tuple[Document, ...]]:
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            found.setdefault(document.text.file.path, []).append(document)
        return {path: tuple(documents) for path, documents in found.items()}

    @cached_property
    def _called(self) -> Mapping[tuple[str, str], list[Document]]:
        found: dict[tuple[str, str], list[Document]] = {}
        for document in self.documents:
            if document.ref is not None:
                found.setdefault((document.ref.kind, document.ref.name), []).append(document)
        return found

    def called(self, kind: str, name: str) -> list[Document]:
        """The objects of a kind that have a name, in any namespace."""
        return self._called.get((kind, name), [])

    def of_kind(self, kind: str, group: str = "") -> list[Document]:
        """The objects of a kind whose API group ends with `group`."""
        return [
            document
            for document in self.kinds.get(kind, ())
            if document.ref and document.ref.api_version.split("/")[0].endswith(group)
        ]

    def resolve(self, folder: str, path: str) -> str:
        """A path written in a file of `folder`, as the path of a file that was read (links followed)."""
        whole = posixpath.normpath(posixpath.join(folder, path))
        for _ in range(len(self.links) + 1):
            link = next((link for link in self.links if whole == link or whole.startswith(f"{link}/")), None)
            if link is None:
                return "" if whole == "." else whole
            whole = posixpath.normpath(self.links[link] + whole[len(link) :])
        return "" if whole == "." else whole

    def unreadable_at(self, path: str) -> UnreadableFile | None:
        return next((one for one in self.unreadable if one.path == path), None)
