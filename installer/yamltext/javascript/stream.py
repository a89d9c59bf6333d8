"""Composes the documents of a YAML stream as the npm package `yaml` 2.x does, each with its faults.

Does not raise: faults are data. Follows that package (ISC licence, © Eemeli Aro; see licence.txt).
"""

import json
from collections.abc import Iterable
from dataclasses import field

from installer.model.dataclass import dataclass
from installer.yamltext.javascript.compose import Composition
from installer.yamltext.javascript.nodes import Fault, Faults, Node
from installer.yamltext.javascript.props import resolve_end
from installer.yamltext.javascript.tags import Directives
from installer.yamltext.javascript.tokens import Token


@dataclass(slots=True)
class Document:
    """One document of a stream; `node` is None where the stream had none."""

    node: Node | None
    directives: Directives
    faults: list[Fault]
    start: int
    end: int


@dataclass(slots=True)
class Composer:
    """A stream on its way to documents."""

    directives: Directives = field(default_factory=Directives)
    faults: Faults = field(default_factory=Faults)
    documents: list[Document] = field(default_factory=list)
    at_directives: bool = False

    def compose(self, tokens: Iterable[Token], end: int) -> list[Document]:
        """The documents, at least one and at most as many as it takes to know that there are several."""
        for token in tokens:
            self._take(token)
            if len(self.documents) > 2:  # noqa: PLR2004
                break
        if self.documents:
            self._hand_over()
        else:
            if self.at_directives:
                self.faults.at(end, "Missing directives-end indicator line")
            self.documents.append(Document(None, self.directives.at_document(), self.faults.found, 0, end))
        return self.documents

    def _hand_over(self) -> None:
        self.documents[-1].faults.extend(self.faults.found)
        self.faults = Faults()

    def _take(self, token: Token) -> None:
        match token.kind:
            case "directive":
                self._add_directive(token)
            case "document":
                self._add_document(token)
            case "error":
                self._add_error(token)
            case "doc-end" if self.documents:
                resolve_end(token.end, token.offset + token.length, self.faults)
                self._hand_over()
            case "doc-end":
                self.faults.of(token, "Unexpected doc-end without preceding document")
            case _:
                pass

    def _add_directive(self, token: Token) -> None:
        def report(offset: int, message: str) -> None:
            start, end = token.offset + offset, token.offset + token.length
            self.faults.found.append(Fault(start, end, message))

        self.directives.add(token.source or "", report)
        self.at_directives = True

    def _add_document(self, token: Token) -> None:
        directives = self.directives.at_document()
        composition = Composition(directives, self.faults)
        node, started = composition.compose_document(token)
        if self.at_directives and not started:
            self.faults.of(token, "Missing directives-end/doc-start indicator line")
        self.documents.append(Document(node, directives, self.faults.found, token.offset, node.tail))
        self.faults = Faults()
        self.at_directives = False

    def _add_error(self, token: Token) -> None:
        quoted = json.dumps(token.source, ensure_ascii=False)
        message = f"{token.message}: {quoted}" if token.source else token.message
        faults = Faults()
        faults.of(token, message)
        into = self.faults.found if self.at_directives or not self.documents else self.documents[-1].faults
        into.extend(faults.found)
