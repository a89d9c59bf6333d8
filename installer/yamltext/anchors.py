"""What becomes of the aliases of a node that changes or goes: its old content moves to the first that stays.

Nobody else's value changes by an edit. Does not edit anything else.
"""

from yaml.nodes import Node

from installer.yamltext.aliases import Alias
from installer.yamltext.emit import flow
from installer.yamltext.sheet import Sheet
from installer.yamltext.values import construct


def settle(sheet: Sheet) -> None:
    """Writes old contents out, once all other edits are known."""
    for node, behind, stays in sheet.leaving:
        name = sheet.layout.aliases.anchor(node)
        alias = _first(sheet, node, behind) if name else None
        if alias is None:
            continue
        sheet.add(alias.start, alias.end, f"&{name} {flow(construct(node, sheet.schema), sheet.style)}")
        if stays:
            _cut(sheet, f"&{name}", node)


def _first(sheet: Sheet, node: Node, behind: int) -> Alias | None:
    """The first alias of a node that no other edit takes away."""
    for alias in sheet.layout.aliases.of(node, behind):
        if not any(splice.start <= alias.start < splice.end for splice in sheet.found):
            return alias
    return None


def _cut(sheet: Sheet, anchor: str, node: Node) -> None:
    """Takes an anchor away from a node that stays, with the blanks on one side of it."""
    start = sheet.characters.index(anchor, int(node.start_mark.index))
    end = stop = start + len(anchor)
    while sheet.characters[stop : stop + 1] in (" ", "\t"):
        stop += 1
    if sheet.characters[stop : stop + 1] in ("\n", "\r", "#", ""):
        stop = end
        while start and sheet.characters[start - 1] in " \t" and sheet.characters[start - 2] != "\n":
            start -= 1
    sheet.add(start, stop, "")
