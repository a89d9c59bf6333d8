"""Takes items of a block sequence out of a text with the comments that are their own. Does not prove the result.

`removing` keeps every comment that stood in what goes; this is for an item that a person wants gone as a whole.
"""

from yaml.nodes import SequenceNode

from installer.yamltext import spans
from installer.yamltext.layout import Layout, Member, in_flow


def excised(characters: str, node: SequenceNode, chosen: set[int]) -> str | None:
    """The text without the items; None where an item does not stand on lines of its own, or none would be left.

    An item's own comments are those in it, those below it that are indented deeper than its dash, and those right
    above it. The last are left where the next item follows without a blank line or a comment between: then they may
    be about both.
    """
    members = Layout(characters).members(node)
    if in_flow(node) or len(chosen) >= len(members):
        return None
    for number in sorted(chosen, reverse=True):
        span = _lines(characters, members[number], is_last=number + 1 == len(members))
        if span is None:
            return None
        characters = characters[: span[0]] + characters[span[1] :]
    return characters


def _lines(characters: str, member: Member, *, is_last: bool) -> tuple[int, int] | None:
    first = spans.line_start(characters, member.start)
    if characters[first : member.start].strip():
        return None
    column = member.start - first
    stop = spans.after_comments(characters, member.end, column + 1)
    if is_last or _is_apart(characters[stop : spans.line_end(characters, stop)]):
        first = _above(characters, first, column)
    return first, stop


def _is_apart(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _above(characters: str, first: int, column: int) -> int:
    """The start of the comment lines right above, in the column of the dash."""
    while first:
        before = spans.line_start(characters, first - 1)
        line = characters[before:first]
        if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) != column:
            break
        first = before
    return first
