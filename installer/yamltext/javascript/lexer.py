"""Cuts YAML text into lexemes exactly where the npm package `yaml` 2.x cuts it. Does not judge what it finds.

The states and the order of the tests follow that package's lexer (ISC licence, © Eemeli Aro; see
licence.txt), because what is an error to it depends on them. Three control characters stand between the
slices of the text: DOCUMENT (a document starts), FLOW_END (a flow collection broke off), SCALAR (the next lexeme is a
scalar's source).
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.cursor import Cursor

BOM = "\ufeff"
DOCUMENT = "\x02"
FLOW_END = "\x18"
SCALAR = "\x1f"

_EMPTY = frozenset(("", " ", "\n", "\r", "\t"))
_BLANK = frozenset((" ", "\n", "\r", "\t"))
_FLOW_INDICATORS = frozenset(",[]{}")
_ANCHOR = late_pattern(r"[^ ,\[\]{}\n\r\t]*")
_BLOCK_HEADER = late_pattern(r"[^ \n\r\t#]*")
_TAG = late_pattern(r"!(?:[0-9A-Za-z\-#;/?:@&=+$_.!~*'()]|%[0-9A-Fa-f]{2})*")
_VERBATIM_TAG = late_pattern(r"!<[^ \n\r\t>]*>?")
_SPACES = late_pattern(r" *")
_PLAIN_RUN = late_pattern(r"[^: \n\r\t]+")
_FLOW_PLAIN_RUN = late_pattern(r"[^: \n\r\t,\[\]{}]+")
_LINE_END = late_pattern(r"[ \t]*(?:#|\r?\n|\Z)")

# A state pushes lexemes and returns the state that follows.
State: TypeAlias = Callable[[], Any]


class Lexer(Cursor):
    """One text on its way to lexemes, and the states between them."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.flow_level = 0
        self.flow_key = False
        self.indent_next = 0
        self.indent_value = 0
        self.block_indent = -1
        self.block_keep = False
        self._plain_end = -1

    def lex(self) -> list[str]:
        """All lexemes of the text, in order; joined without the control characters they are the text."""
        state: State = self._stream
        while self.position < self.size:
            state = state()
        return self.lexemes

    def _stream(self) -> State:
        end = self._line_end()
        if self._char_of_line(end) == BOM:
            self._push(1)
        if self._char_of_line(end) == "%":
            self._push(_directive_length(self.text[self.position : end]))
            self._push_spaces()
            self._push(end - self.position)
            return self._stream
        if _LINE_END.match(self.text, self.position):
            self._push_spaces()
            self._push(end - self.position)
            self._push_newline()
            return self._stream
        self.lexemes.append(DOCUMENT)
        return self._line_start()

    def _line_start(self) -> State:
        marker = self.text[self.position : self.position + 3]
        if marker in ("---", "...") and self._at(self.position + 3) in _EMPTY:
            self._push(3)
            self.indent_value = 0
            self.indent_next = 0
            return self._document if marker == "---" else self._stream
        self.indent_value = self._push_spaces(tabs=False)
        if self.indent_next > self.indent_value and self._at(self.position + 1) not in _EMPTY:
            self.indent_next = self.indent_value
        return self._block_start()

    def _block_start(self) -> State:
        if self._at(self.position) in ("-", "?", ":") and self._at(self.position + 1) in _EMPTY:
            pushed = self._push(1) + self._push_spaces()
            self.indent_next = self.indent_value + 1
            self.indent_value += pushed
            return self._block_start
        return self._document

    def _document(self) -> State:
        self._push_spaces()
        end = self._line_end()
        self._push_indicators()
        match self._char_of_line(end):
            case "#" | "":
                self._push(end - self.position)
                self._push_newline()
                return self._line_start()
            case "{" | "[":
                self._push(1)
                self.flow_key = False
                self.flow_level = 1
                return self._flow
            case "}" | "]":
                self._push(1)
                return self._document
            case "*":
                self._push_match(_ANCHOR)
                return self._document
            case '"' | "'":
                return self._quoted()
            case "|" | ">":
                self._block_header()
                self._push_spaces()
                self._push(end - self.position)
                self._push_newline()
                return self._block_scalar()
            case _:
                return self._plain()

    def _flow(self) -> State:
        indent = self._flow_spaces()
        end = self._line_end()
        if self._flow_breaks_off(indent):
            self.flow_level = 0
            self.lexemes.append(FLOW_END)
            return self._line_start()
        while self._char_of_line(end) == ",":
            self._push(1)
            self._push_spaces()
            self.flow_key = False
        self._push_indicators()
        return self._flow_item(end)

    def _flow_item(self, end: int) -> State:
        match self._char_of_line(end):
            case "":
                return self._flow
            case "#":
                self._push(end - self.position)
                return self._flow
            case "{" | "[" | "}" | "]" as bracket:
                self._push(1)
                self.flow_key = bracket in "}]"
                self.flow_level += -1 if self.flow_key else 1
                return self._flow if self.flow_level else self._document
            case "*":
                self._push_match(_ANCHOR)
                return self._flow
            case '"' | "'":
                self.flow_key = True
                return self._quoted()
            case ":" if self._flow_value_starts():
                self.flow_key = False
                self._push(1)
                self._push_spaces()
                return self._flow
            case _:
                self.flow_key = False
                return self._plain()

    def _flow_value_starts(self) -> bool:
        following = self._at(self.position + 1)
        return self.flow_key or following in _EMPTY or following == ","

    def _flow_spaces(self) -> int:
        """Pushes line ends and spaces; the indentation of the last line begun, -1 for none."""
        indent = -1
        while True:
            newline = self._push_newline()
            pushed = newline
            if newline:
                indent = self.indent_value = self._push_spaces(tabs=False)
                pushed += indent
            pushed += self._push_spaces()
            if not pushed:
                return indent

    def _flow_breaks_off(self, indent: int) -> bool:
        char = self._at(self.position)
        outside = indent != -1 and indent < self.indent_next and char != "#"
        marker = self.text[self.position : self.position + 3] in ("---", "...")
        if not (outside or (marker and indent == 0 and self._at(self.position + 3) in _EMPTY)):
            return False
        # A closing bracket may stand at the very column of the key it belongs to.
        return not (indent == self.indent_next - 1 and self.flow_level == 1 and char in ("]", "}"))

    def _quoted(self) -> State:
        end = self._closing_quote(self._at(self.position))
        # Without a closing quote JavaScript searches the empty string for line ends, so none is found.
        break_at = self._unindented_line(end)
        if break_at != -1:
            end = break_at - (2 if self._at(break_at - 1) == "\r" else 1)
        elif end == -1:
            end = self.size
        self._push_to(end + 1, allow_empty=False)
        return self._flow if self.flow_level else self._document

    def _closing_quote(self, quote: str) -> int:
        end = self.text.find(quote, self.position + 1)
        if quote == "'":
            while end != -1 and self._at(end + 1) == "'":
                end = self.text.find("'", end + 2)
            return end
        while end != -1:
            before = end - 1
            while self._at(before) == "\\":
                before -= 1
            if (end - 1 - before) % 2 == 0:
                break
            end = self.text.find('"', end + 1)
        return end

    def _unindented_line(self, end: int) -> int:
        """The line end after which a quoted scalar that ends at `end` is indented too little; -1 for none."""
        if end == -1:
            return -1
        newline = self.text.find("\n", self.position, end)
        while newline != -1:
            continued = self._continue_scalar(newline + 1)
            if continued == -1:
                return newline
            newline = self.text.find("\n", continued, end)
        return -1

    def _continue_scalar(self, offset: int) -> int:
        """Where a scalar goes on in the line that begins at `offset`; -1 where it does not."""
        if self.indent_next > 0:
            match = _SPACES.match(self.text, offset)
            reached = match.end() if match else offset
            char = self._at(reached)
            if char == "\r" and self._at(reached + 1) == "\n":
                return reached + 1
            return reached if char == "\n" or reached - offset >= self.indent_next else -1
        if self.text[offset : offset + 3] in ("---", "...") and self._at(offset + 3) in _EMPTY:
            return -1
        return offset

    def _block_header(self) -> int:
        self.block_indent = -1
        self.block_keep = False
        index = self.position + 1
        while True:
            char = self._at(index)
            if char == "+":
                self.block_keep = True
            elif "0" < char <= "9":
                self.block_indent = int(char) - 1
            elif char != "-":
                break
            index += 1
        return self._push_match(_BLOCK_HEADER)

    def _block_scalar(self) -> State:
        newline, indent = self._leading_empty_lines()
        if indent >= self.indent_next:
            if self.block_indent == -1:
                self.indent_next = indent
            else:
                self.indent_next = self.block_indent + (self.indent_next or 1)
            newline = self._last_line(newline)
        newline = self._trailing_lines(newline, indent)
        self.lexemes.append(SCALAR)
        self._push_to(newline + 1, allow_empty=True)
        return self._line_start()

    def _leading_empty_lines(self) -> tuple[int, int]:
        newline, indent, index = self.position - 1, 0, self.position
        while char := self._at(index):
            if char == " ":
                indent += 1
            elif char == "\n":
                newline, indent = index, 0
            elif not (char == "\r" and self._at(index + 1) == "\n"):
                break
            index += 1
        return newline, indent

    def _last_line(self, newline: int) -> int:
        while True:
            continued = self._continue_scalar(newline + 1)
            if continued == -1:
                return newline
            newline = self.text.find("\n", continued)
            if newline == -1:
                return self.size

    def _trailing_lines(self, newline: int, indent: int) -> int:
        index = newline + 1
        while self._at(index) == " ":
            index += 1
        if self._at(index) == "\t":
            while self._at(index) in _BLANK:
                index += 1
            return index - 1
        return newline if self.block_keep else self._without_empty_lines(newline, indent)

    def _without_empty_lines(self, newline: int, indent: int) -> int:
        while True:
            index = newline - 1
            if self._at(index) == "\r":
                index -= 1
            last = index
            while self._at(index) == " ":
                index -= 1
            if self._at(index) != "\n" or index < self.position or index + 1 + indent <= last:
                return newline
            newline = index

    def _plain(self) -> State:
        in_flow = self.flow_level > 0
        run = _FLOW_PLAIN_RUN if in_flow else _PLAIN_RUN
        self._plain_end = index = self.position - 1
        while True:
            match = run.match(self.text, index + 1)
            if match:
                self._plain_end = index = match.end() - 1
            continued = self._plain_goes_on(index + 1, in_flow=in_flow)
            if continued == -1:
                break
            index = continued
        self.lexemes.append(SCALAR)
        self._push_to(self._plain_end + 1, allow_empty=True)
        return self._flow if in_flow else self._document

    def _plain_goes_on(self, index: int, *, in_flow: bool) -> int:
        """The last offset that was looked at where a plain scalar goes on over a colon or blank; -1 at its end."""
        char, following = self._at(index), self._at(index + 1)
        if char == ":":
            if following in _EMPTY or (in_flow and following in _FLOW_INDICATORS):
                return -1
            self._plain_end = index
            return index
        if char not in _BLANK:
            return -1
        if char == "\r":
            if following == "\n":
                index += 1
                char, following = "\n", self._at(index + 1)
            else:
                self._plain_end = index
        if following == "#" or (in_flow and following in _FLOW_INDICATORS):
            return -1
        if char != "\n":
            return index
        continued = self._continue_scalar(index + 1)
        # Two back, so that a " #" at the start of the line is still seen.
        return -1 if continued == -1 else max(index, continued - 2)

    def _push_indicators(self) -> int:
        pushed = 0
        while True:
            match self._at(self.position):
                case "!":
                    verbatim = self._at(self.position + 1) == "<"
                    pushed += self._push_match(_VERBATIM_TAG if verbatim else _TAG)
                case "&":
                    pushed += self._push_match(_ANCHOR)
                case "-" | "?" | ":" if self._indicator_stands_alone():
                    if not self.flow_level:
                        self.indent_next = self.indent_value + 1
                    else:
                        self.flow_key = False
                    pushed += self._push(1)
                case _:
                    return pushed
            pushed += self._push_spaces()

    def _indicator_stands_alone(self) -> bool:
        following = self._at(self.position + 1)
        return following in _EMPTY or (self.flow_level > 0 and following in _FLOW_INDICATORS)


def _directive_length(line: str) -> int:
    """How long the directive of a line is, without the comment (a blank stands before it) and trailing blanks."""
    match = re.search(r"[ \t]#", line)
    return len((line[: match.start()] if match else line).rstrip(" \t"))
