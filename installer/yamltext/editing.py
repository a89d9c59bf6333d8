"""Carries a patch into a YAML text as the fewest splices, in the style of the neighbours; every other byte stays.

`edited` proves its result: the parsed text afterwards equals the patch applied to the parsed text before.
Does not know embeddings or files: it works on the characters of one text.
"""

from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.yamltext.anchors import settle
from installer.yamltext.layout import Member, in_flow
from installer.yamltext.patch import Branch, Drop, Patch, Refused, applied, narrowed
from installer.yamltext.reading import DEPTH_LIMIT, Unreadable, compose, depth_bound, uncollected
from installer.yamltext.removing import drop
from installer.yamltext.replacing import append, insert_pairs, replace, replace_key
from installer.yamltext.sheet import Seat, Sheet
from installer.yamltext.splices import Splice, spliced
from installer.yamltext.values import Schema, construct, is_merge, key_text, same

__all__ = ["Refused", "edited"]


def edited(characters: str, patch: Branch, schema: Schema, document: int = 0) -> list[Splice]:
    """The splices that carry `patch` into a document of the text (counted from 0). Raises Refused, Unreadable."""
    with uncollected():
        return _edited(characters, patch, schema, document)


def _edited(characters: str, patch: Branch, schema: Schema, document: int) -> list[Splice]:
    documents = compose(characters)
    if document > len(documents) or (document and document == len(documents)):
        raise Refused(f"the text has no document {document + 1}", len(characters))
    before = [construct(node, schema) for node in documents] or [None]
    needed = narrowed(before[document], patch)
    if not needed:
        return []
    wanted = applied(before[document], needed)
    if same(wanted, before[document]):
        return []
    expected = [*before[:document], wanted, *before[document + 1 :]]
    sheet = _sheet(characters, documents[document] if documents else None, needed, schema)
    try:
        return _proven(sheet, characters, expected, open_end=True)
    except Refused:
        if not sheet.open_end:
            raise
        return _proven(sheet, characters, expected, open_end=False)


def _sheet(characters: str, root: Node | None, patch: Patch, schema: Schema) -> Sheet:
    """The text with every splice of a patch."""
    sheet = Sheet(characters, root, schema)
    if root is None or (isinstance(root, ScalarNode) and root.start_mark.index == root.end_mark.index):
        _fill(sheet, root, applied(None, patch))
    else:
        start = sheet.layout.body(root)
        _visit(sheet, root, patch, Seat(start, -sheet.style.step, in_flow=sheet.json))
    settle(sheet)
    return sheet


def _proven(sheet: Sheet, characters: str, expected: list[Any], *, open_end: bool) -> list[Splice]:
    """The splices of a sheet, once the text afterwards means what it should. Raises Refused."""
    try:
        splices = sheet.finished(open_end=open_end)
        shallow = sum(depth_bound(splice.text) for splice in splices) < DEPTH_LIMIT
        result = compose(spliced(characters, splices), guarded=shallow)
        after = [construct(node, sheet.schema) for node in result]
    except Unreadable as error:
        raise Refused(f"the edit would break the text: {error.message}") from error
    except ValueError as error:
        raise Refused("the edit touches one place twice") from error
    if not same(after, expected):
        raise Refused("the edit would change more than it should")
    return splices


def _fill(sheet: Sheet, root: Node | None, value: Any) -> None:
    """The first content of an empty document."""
    seat = Seat(sheet.length if root is None else int(root.start_mark.index), -sheet.style.step)
    replace(sheet, None, (seat.after, seat.after), value, seat)


def _visit(sheet: Sheet, node: Node, patch: Patch, seat: Seat, member: Member | None = None) -> None:
    if member is not None and member.alias:
        value = applied(construct(node, sheet.schema), patch)
        replace(sheet, None, (member.begin, member.end), value, seat)
        return
    match patch, node:
        case (Branch(), MappingNode()) if node.value and _keeps_something(sheet, node, patch):
            sheet.change(node)
            _mapping(sheet, node, patch, seat)
        case (Branch(), SequenceNode()) if node.value and _keeps_items(node, patch):
            sheet.change(node)
            _sequence(sheet, node, patch, seat)
        case _:
            span = (member.begin, member.end) if member else (int(node.start_mark.index), sheet.layout.end(node))
            replace(sheet, node, span, applied(construct(node, sheet.schema), patch), seat)


def _keeps_something(sheet: Sheet, node: MappingNode, patch: Branch) -> bool:
    """Whether a pair stays where it is, and nothing goes that a merge key brings."""
    gone = {key for key, member in patch.members.items() if isinstance(member, Drop)}
    if gone and any(is_merge(key, sheet.schema) for key, _ in node.value):
        inherited = construct(_merges(sheet, node), sheet.schema)
        if any(key in inherited for key in gone):
            return False
    new = [key for key in patch.members if key not in gone]
    if new and in_flow(node) and not sheet.layout.has_brackets(node):
        return False
    return any(key_text(key) not in gone for key, _ in node.value)


def _merges(sheet: Sheet, node: MappingNode) -> MappingNode:
    pairs = [(key, value) for key, value in node.value if is_merge(key, sheet.schema)]
    return MappingNode(node.tag, pairs, node.start_mark, node.end_mark)


def _keeps_items(node: SequenceNode, patch: Branch) -> bool:
    return not all(isinstance(patch.members.get(number), Drop) for number in range(len(node.value)))


def _mapping(sheet: Sheet, node: MappingNode, patch: Branch, seat: Seat) -> None:
    members = sheet.layout.members(node)
    own: dict[str | int, Member] = {}
    for (key, _), member in zip(node.value, members, strict=True):
        if not is_merge(key, sheet.schema):
            own[key_text(key)] = member
    flowing = in_flow(node)
    column = seat.column + sheet.style.step if flowing else sheet.column(members[0].start)
    inherited: dict[str, Any] = {} if len(own) == len(members) else construct(node, sheet.schema)
    new: dict[str, Any] = {}
    for key, change in patch.members.items():
        if isinstance(change, Drop):
            continue
        if key in own:
            inner = Seat(own[key].after, column, flowing, colon=own[key].colon)
            _visit(sheet, own[key].value, change, inner, own[key])
        else:
            new[str(key)] = applied(inherited.get(str(key)), change)
    _rename(sheet, node, patch)
    gone = {key for key, change in patch.members.items() if isinstance(change, Drop)}
    chosen = {number for number, (key, _) in enumerate(node.value) if key_text(key) in gone}
    drop(sheet, node, chosen)
    insert_pairs(sheet, node, new, column)


def _rename(sheet: Sheet, node: MappingNode, patch: Branch) -> None:
    for key, _ in node.value:
        name = patch.renames.get(key_text(key))
        if name is not None and not is_merge(key, sheet.schema):
            replace_key(sheet, key, name)


def _sequence(sheet: Sheet, node: SequenceNode, patch: Branch, seat: Seat) -> None:
    members = sheet.layout.members(node)
    flowing = in_flow(node)
    column = seat.column + sheet.style.step if flowing else sheet.column(members[0].start)
    chosen: set[int] = set()
    for number, member in enumerate(members):
        change = patch.members.get(number)
        if isinstance(change, Drop):
            chosen.add(number)
        elif change is not None:
            inner = Seat(member.after, column, flowing, in_sequence=True)
            _visit(sheet, member.value, change, inner, member)
    drop(sheet, node, chosen)
    append(sheet, node, patch.appended)
