"""A position in a text, and what may be cut off there. Part of javascript_lexer.py; knows nothing of its states."""

import re

from installer.model.late_pattern import late_pattern

_SPACES = late_pattern(r" *")
_SPACES_AND_TABS = late_pattern(r"[ \t]*")


class Cursor:
    """One text on its way to lexemes; `lexemes` grows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.size = len(text)
        self.position = 0
        self.lexemes: list[str] = []
        self._known_line_end = -1

    def _at(self, index: int) -> str:
        return self.text[index] if 0 <= index < self.size else ""

    def _line_end(self) -> int:
        """Where the current line ends, without its line end; remembered, for a line may be the whole text."""
        if self._known_line_end < self.position:
            end = self.text.find("\n", self.position)
            self._known_line_end = self.size if end == -1 else end
        end = self._known_line_end
        return end - 1 if self.position < end < self.size and self.text[end - 1] == "\r" else end

    def _char_of_line(self, end: int) -> str:
        return self.text[self.position] if self.position < end else ""

    def _push(self, count: int) -> int:
        if count <= 0:
            return 0
        self.lexemes.append(self.text[self.position : self.position + count])
        self.position += count
        return count

    def _push_to(self, index: int, *, allow_empty: bool) -> int:
        count = self._push(index - self.position)
        if not count and allow_empty:
            self.lexemes.append("")
        return count

    def _push_match(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.position)
        return self._push(match.end() - self.position) if match else 0

    def _push_spaces(self, *, tabs: bool = True) -> int:
        return self._push_match(_SPACES_AND_TABS if tabs else _SPACES)

    def _push_newline(self) -> int:
        if self._at(self.position) == "\n":
            return self._push(1)
        return self._push(2) if self.text.startswith("\r\n", self.position) else 0
