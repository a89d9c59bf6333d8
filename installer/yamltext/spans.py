"""Where lines, properties and content begin and end in a YAML text. Does not know trees of nodes.

libyaml's end marks of block scalars run on over blank lines; these do not.
"""

from yaml.nodes import ScalarNode

from installer.model.late_pattern import late_pattern

_SKIPPED = late_pattern(r"(?:[ \t\r\n\x85\u2028\u2029\ufeff]+|#[^\r\n\x85\u2028\u2029]*)*")
_SKIPPED_IN_FLOW = late_pattern(r"(?:[ \t\r\n\x85\u2028\u2029\ufeff,]+|#[^\r\n\x85\u2028\u2029]*)*")
_PROPERTY = late_pattern(r"!<[^>\s]*>|[&!][^\s,\[\]{}]*")
_COMMENT_LINE = late_pattern(r"[ \t]*#")
_BLANK_LINE = late_pattern(r"[ \t]*(?:\r?\n|\Z)")


def line_start(characters: str, index: int) -> int:
    return characters.rfind("\n", 0, index) + 1


def line_end(characters: str, index: int) -> int:
    """Behind the line end of the line that holds `index`; the text's end where the last line has none."""
    end = characters.find("\n", index)
    return len(characters) if end < 0 else end + 1


def column_at(characters: str, index: int) -> int:
    return index - line_start(characters, index)


def significant(characters: str, index: int, *, in_flow: bool = False) -> int:
    """The first character at or behind `index` that is no blank, line end or comment (in flow: nor a comma)."""
    match = (_SKIPPED_IN_FLOW if in_flow else _SKIPPED).match(characters, index)
    return match.end() if match else index


def behind_properties(characters: str, index: int) -> int:
    """The content behind the tags and anchors that stand at `index`."""
    while match := _PROPERTY.match(characters, index):
        index = significant(characters, match.end())
    return index


def scalar_end(characters: str, node: ScalarNode) -> int:
    """Behind the last character of a scalar; of a block scalar, behind the last line that is part of its value."""
    end = int(node.end_mark.index)
    if node.style not in ("|", ">"):
        return end
    start = block_header(characters, node)[1]
    if keeps(characters, node):
        return end - 1 if characters[start:end].endswith("\n") else end
    lines = characters[start:end].split("\n")
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=len(lines[0]))
    while len(lines) > 1 and not lines[-1].rstrip("\r")[indent:]:
        lines.pop()
    return start + len("\n".join(lines).removesuffix("\r")) if any(line.strip() for line in lines) else start - 1


def block_header(characters: str, node: ScalarNode) -> tuple[int, int]:
    """Where the header of a block scalar begins, and the start of the first line of its text."""
    start = behind_properties(characters, node.start_mark.index)
    return start, line_end(characters, start)


def keeps(characters: str, node: ScalarNode) -> bool:
    """Whether a block scalar keeps the line ends at its end (`|+`)."""
    start, end = block_header(characters, node)
    return "+" in characters[start:end].split("#", maxsplit=1)[0]


def after_comments(characters: str, end: int, column: int) -> int:
    """The start of the line behind `end` and behind the comment lines that follow it at `column` or deeper."""
    position = line_end(characters, end)
    while position < len(characters):
        match = _COMMENT_LINE.match(characters, position)
        if match is None or match.end() - 1 - position < column:
            return position
        position = line_end(characters, position)
    return position


def before_comments(characters: str, position: int, column: int) -> int:
    """The start of the comment lines at `column` that end where the line at `position` begins."""
    while position > 0:
        start = line_start(characters, position - 1)
        match = _COMMENT_LINE.match(characters, start, position)
        if match is None or match.end() - 1 - start != column:
            return position
        position = start
    return position


def after_blank_lines(characters: str, position: int, *, empty: bool) -> int:
    """The first line start at or behind one that holds more than blanks; only with `empty` are empty lines skipped."""
    while position < len(characters) and (match := _BLANK_LINE.match(characters, position)):
        if not empty and not match[0].strip("\r\n"):
            break
        position = match.end()
    return position
