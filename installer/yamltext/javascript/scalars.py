"""The text of a scalar as the npm package `yaml` 2.x reads it: plain, quoted or block, with folding and escapes.

Does not give it a type. Follows that package (ISC licence, © Eemeli Aro; see licence.txt).
"""

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.nodes import Faults
from installer.yamltext.javascript.tokens import Token

_LINE_END = late_pattern(r"\r?\n")
_INDENT = late_pattern(r"\n( *)")
_LEADING_SPACES = late_pattern(r" *")
_DOUBLE_RUN = late_pattern(r"[^\\\r\n \t]+")
_BLANK_RUN = late_pattern(r"[ \t]*")
_HEX = late_pattern(r"[0-9a-fA-F]+")
_COMMENT = "Comments must be separated from other tokens by white space characters"

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", " ": " ", '"': '"', "/": "/", "\\": "\\", "\t": "\t",
}  # fmt: skip
_CODE_LENGTHS = {"x": 2, "u": 4, "U": 8}
_LAST_CODE_POINT = 0x10FFFF
_FIRST_ASTRAL = 0x10000

_BAD_STARTS = {
    "\t": "a tab character",
    ",": "flow indicator character ,",
    "%": "directive indicator character %",
    "|": "block scalar indicator |",
    ">": "block scalar indicator >",
    "@": "reserved character @",
    "`": "reserved character `",
}


def flow_text(token: Token, faults: Faults) -> str:
    """The text of a plain or quoted scalar."""
    source = token.source or ""
    match token.kind:
        case "single-quoted-scalar":
            if not source.endswith("'") or len(source) == 1:
                faults.at(token.offset + len(source), "Missing closing 'quote")
            return _unfold(source[1:-1]).replace("''", "'")
        case "double-quoted-scalar":
            return _DoubleQuoted(source, token.offset, faults).read()
        case _:
            if bad := _BAD_STARTS.get(source[:1]):
                faults.at(token.offset, f"Plain value cannot start with {bad}")
            return _unfold(source)


def _unfold(source: str) -> str:
    first, *rest = _LINE_END.split(source)
    if not rest:
        return source
    text, separator = first.rstrip(" \t"), " "
    for line in rest[:-1]:
        stripped = line.strip(" \t")
        if stripped:
            text += separator + stripped
            separator = " "
        elif separator == "\n":
            text += separator
        else:
            separator = "\n"
    return text + separator + rest[-1].lstrip(" \t")


class _DoubleQuoted:
    def __init__(self, source: str, offset: int, faults: Faults) -> None:
        self.source = source
        self.offset = offset
        self.faults = faults
        self.index = 1
        self.parts: list[str] = []

    def read(self) -> str:
        end = len(self.source) - 1
        while self.index < end:
            match = _DOUBLE_RUN.match(self.source, self.index, end)
            if match:
                self.parts.append(match.group())
                self.index = match.end()
            else:
                self._read_special()
        if not self.source.endswith('"') or len(self.source) == 1:
            self.faults.at(self.offset + len(self.source), 'Missing closing "quote')
        return "".join(self.parts)

    def _read_special(self) -> None:
        char = self.source[self.index]
        if char == "\\":
            self._read_escape()
        elif char == "\n":
            self._fold()
        elif char == "\r":
            if self.source[self.index + 1] != "\n":
                self.parts.append(char)
            self.index += 1
        else:
            self._read_blanks()

    def _fold(self) -> None:
        """One line end is a space, n of them are n - 1 line ends."""
        self.index += 1
        newlines = 0
        while (char := self.source[self.index : self.index + 1]) and char in " \t\r\n":
            if char == "\r" and not self.source.startswith("\n", self.index + 1):
                break
            newlines += char == "\n"
            self.index += 1
        self.parts.append("\n" * newlines or " ")

    def _read_blanks(self) -> None:
        match = _BLANK_RUN.match(self.source, self.index)
        end = match.end() if match else self.index
        if self.source[end : end + 1] != "\n" and self.source[end : end + 2] != "\r\n":
            self.parts.append(self.source[self.index : end])
        self.index = end

    def _read_escape(self) -> None:
        escaped = self.source[self.index + 1 : self.index + 2]
        if escaped in _ESCAPES:
            self.parts.append(_ESCAPES[escaped])
            self.index += 2
        elif escaped == "\n" or self.source.startswith("\r\n", self.index + 1):
            match = _BLANK_RUN.match(self.source, self.index + (2 if escaped == "\n" else 3))
            self.index = match.end() if match else self.index
        elif escaped in _CODE_LENGTHS:
            self._read_code(_CODE_LENGTHS[escaped])
        else:
            raw = self.source[self.index : self.index + 2]
            self._refuse(raw)
            self.index += 2

    def _read_code(self, length: int) -> None:
        digits = self.source[self.index + 2 : self.index + 2 + length]
        code = int(digits, 16) if len(digits) == length and _HEX.fullmatch(digits) else _LAST_CODE_POINT + 1
        if code > _LAST_CODE_POINT:
            self._refuse(self.source[self.index : self.index + 2 + length])
        else:
            self.parts.append(chr(code))
        self.index += 2 + length

    def _refuse(self, raw: str) -> None:
        self.faults.at(self.offset + self.index, f"Invalid escape sequence {raw}")
        self.parts.append(raw)


@dataclass(slots=True)
class _Header:
    folded: bool
    indent: int
    chomp: str
    length: int


def block_text(token: Token, faults: Faults, *, at_root: bool) -> tuple[str, int]:
    """The text of a block scalar, and the offset where it ends."""
    header = _read_header(token, faults)
    source = token.source or ""
    lines = _split_lines(source) if source else []
    content_end = len(lines)
    while content_end and lines[content_end - 1][1] in ("", "\r"):
        content_end -= 1
    end = token.offset + header.length + len(source)
    if not content_end:
        kept = header.chomp == "+" and lines
        return "\n" * max(1, len(lines) - 1) if kept else "", end
    return _Block(token, header, lines, faults, at_root=at_root).read(content_end), end


def _read_header(token: Token, faults: Faults) -> _Header:
    first, *rest = token.props
    source = first.source or ""
    header = _Header(source.startswith(">"), 0, "", len(source))
    error = -1
    for index, char in enumerate(source[1:], 1):
        if not header.chomp and char in "-+":
            header.chomp = char
        elif not header.indent and char in "123456789":
            header.indent = int(char)
        elif error == -1:
            error = token.offset + index
    if error != -1:
        faults.at(error, f"Block scalar header includes extra characters: {source}")
    has_space = False
    for prop in rest:
        match prop.kind:
            case "space":
                has_space = True
            case "comment" if not has_space:
                faults.of(prop, _COMMENT)
            case "error":
                faults.of(prop, prop.message)
            case _:
                pass
        header.length += prop.length
    return header


def _split_lines(source: str) -> list[tuple[str, str]]:
    """Lines as indentation and content."""
    first, *rest = _INDENT.split(source)
    match = _LEADING_SPACES.match(first)
    spaces = match.group() if match else ""
    return [(spaces, first[len(spaces) :]), *zip(rest[::2], rest[1::2], strict=True)]


class _Block:
    def __init__(
        self, token: Token, header: _Header, lines: list[tuple[str, str]], faults: Faults, *, at_root: bool
    ) -> None:
        self.header = header
        self.lines = lines
        self.faults = faults
        self.at_root = at_root
        self.trim = (token.indent or 0) + header.indent
        self.offset = token.offset + header.length
        self.parts: list[str] = []
        self.separator = ""
        self.more_indented = False

    def read(self, content_end: int) -> str:
        content_start = self._find_indent(content_end)
        for index in range(len(self.lines) - 1, content_end - 1, -1):
            # Empty lines that are indented further are content.
            if len(self.lines[index][0]) > self.trim:
                content_end = index + 1
                break
        self.parts.extend(f"{indent[self.trim :]}\n" for indent, _ in self.lines[:content_start])
        for indent, content in self.lines[content_start:content_end]:
            self._add(indent, content)
        return self._chomp(content_end)

    def _find_indent(self, content_end: int) -> int:
        """Sets the indentation to cut off; the index of the first line with content."""
        explicit = self.header.indent
        for index, (indent, content) in enumerate(self.lines[:content_end]):
            if content not in ("", "\r"):
                if len(indent) < self.trim:
                    message = (
                        "Block scalars with more-indented leading empty lines must use an explicit "
                        "indentation indicator"
                    )
                    self.faults.at(self.offset + len(indent), message)
                if not explicit:
                    self.trim = len(indent)
                if self.trim == 0 and not self.at_root:
                    self.faults.at(self.offset, "Block scalar values in collections must be indented")
                return index
            if not explicit and len(indent) > self.trim:
                self.trim = len(indent)
            self.offset += len(indent) + len(content) + 1
        return 0

    def _add(self, indent: str, content: str) -> None:
        self.offset += len(indent) + len(content) + 1
        crlf = content.endswith("\r")
        content = content.removesuffix("\r")
        if content and len(indent) < self.trim:
            source = "explicit indentation indicator" if self.header.indent else "first line"
            message = f"Block scalar lines must not be less indented than their {source}"
            self.faults.at(self.offset - len(content) - (2 if crlf else 1), message)
            indent = ""
        if not self.header.folded:
            self.parts.append(self.separator + indent[self.trim :] + content)
            self.separator = "\n"
        elif len(indent) > self.trim or content.startswith("\t"):
            self._add_indented(indent, content)
        else:
            self._add_folded(content)

    def _add_indented(self, indent: str, content: str) -> None:
        if self.separator == " ":
            self.separator = "\n"
        elif not self.more_indented and self.separator == "\n":
            self.separator = "\n\n"
        self.parts.append(self.separator + indent[self.trim :] + content)
        self.separator = "\n"
        self.more_indented = True

    def _add_folded(self, content: str) -> None:
        if content:
            self.parts.append(self.separator + content)
            self.separator = " "
            self.more_indented = False
        elif self.separator == "\n":
            self.parts.append("\n")
        else:
            self.separator = "\n"

    def _chomp(self, content_end: int) -> str:
        if self.header.chomp == "+":
            self.parts.extend(f"\n{indent[self.trim :]}" for indent, _ in self.lines[content_end:])
        text = "".join(self.parts)
        if self.header.chomp == "-" or (self.header.chomp == "+" and text.endswith("\n")):
            return text
        return text + "\n"
