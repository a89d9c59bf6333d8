"""Takes members out of a collection and keeps the comments that stood in them. Does not decide which members go."""

from itertools import dropwhile

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.yamltext import spans
from installer.yamltext.layout import Member, in_flow, last_scalar
from installer.yamltext.patch import Refused
from installer.yamltext.sheet import Sheet


def drop(sheet: Sheet, node: MappingNode | SequenceNode, chosen: set[int]) -> None:
    """Removes members by their numbers; at least one member stays."""
    members = sheet.layout.members(node)
    for number in sorted(chosen):
        one = members[number]
        for part in (one.key, one.value):
            if part is not None:
                sheet.leave(part, one.start, one.end)
    for run in runs(chosen):
        if in_flow(node):
            _drop_flow(sheet, members, run)
        else:
            _drop_block(sheet, members, run)


def runs(numbers: set[int]) -> list[list[int]]:
    """Consecutive numbers together, in order."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return found


def _nodes(members: list[Member]) -> list[Node]:
    return [part for member in members for part in (member.key, member.value) if part is not None]


def _drop_block(sheet: Sheet, members: list[Member], run: list[int]) -> None:
    start = members[run[0]].start
    first_of_line = spans.line_start(sheet.characters, start)
    if sheet.characters[first_of_line:start].strip():
        _make_room(sheet, members, run)
        return
    before = last_scalar(members[run[0] - 1].value) if run[0] else None
    fragile = before is not None and before.style in ("|", ">")
    open_end = before is not None and fragile and spans.keeps(sheet.characters, before)
    for number in run:
        member = members[number]
        column = sheet.column(member.start)
        first = spans.line_start(sheet.characters, member.start)
        stop = spans.line_end(sheet.characters, member.end)
        comments = sheet.layout.comments(_nodes([member]), first, stop)
        lines = sheet.comment_lines(comments, column, as_they_are=not fragile)
        if before is not None and fragile:
            end, stop = stop, _behind_deep_comments(sheet, stop, column)
            lines += [_moved(line, column) for line in sheet.characters[end:stop].splitlines()]
            if open_end:  # what is blank behind such a scalar is its text
                lines = list(dropwhile(lambda line: not line.strip(), lines))
            if not lines:
                stop = spans.after_blank_lines(sheet.characters, stop, empty=open_end)
            open_end = open_end and not lines
        sheet.add(first, stop, "".join(line + sheet.newline for line in lines))


def _behind_deep_comments(sheet: Sheet, position: int, column: int) -> int:
    """Behind the comments, blank lines between them or not, that a block scalar before them would take for its text."""
    while position < len(sheet.characters):
        comment = spans.after_blank_lines(sheet.characters, position, empty=True)
        behind = spans.after_comments(sheet.characters, comment - 1, column + 1)
        if behind == comment:
            break
        position = behind
    return position


def _moved(line: str, column: int) -> str:
    return " " * column + line.strip() if line.strip() else line


def _make_room(sheet: Sheet, members: list[Member], run: list[int]) -> None:
    """The first members stand beside a dash or marker: the next one takes their place, comments before it."""
    if run[-1] + 1 == len(members):
        raise Refused("a line separator within a line", members[run[0]].start)
    start, following = members[run[0]].start, members[run[-1] + 1].start
    column = sheet.column(start)
    comments = sheet.layout.comments(_nodes([members[number] for number in run]), start, following)
    if not comments:
        sheet.add(start, following, "")
        return
    head = "" if comments[0].own_line else comments[0].text
    lines = sheet.comment_lines(comments[1:] if head else comments, column, as_they_are=True)
    if not head:
        start = len(sheet.characters[:start].rstrip(" "))
    sheet.add(start, following, sheet.newline.join([head, *lines, " " * column]))


def _drop_flow(sheet: Sheet, members: list[Member], run: list[int]) -> None:
    last = run[-1] + 1 == len(members)
    start = members[run[0] - 1].end if last else members[run[0]].start
    end = members[run[-1]].end if last else members[run[-1] + 1].start
    comments = sheet.layout.comments(_nodes([members[number] for number in run]), start, end)
    if not comments:
        sheet.add(start, end, "")
        return
    indentation = sheet.newline + sheet.indentation(members[run[0]].start)
    text = indentation.join(comment.text for comment in comments) + indentation
    sheet.add(start, end, f" {text}" if last else text)
