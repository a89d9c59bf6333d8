"""Hypothesis strategies of patches for a value, and which lines of its text each of them may change."""

from typing import Any

from hypothesis import strategies as st
from yaml.nodes import Node, ScalarNode, SequenceNode

from installer.yamltext.patch import Branch, Drop, Patch, Path, Set
from installer.yamltext.values import key_text

NEW: tuple[Any, ...] = (
    "new",
    True,
    7,
    'it\'s: "new" # x',
    "",
    "${NEW}",
    "123",
    {"title": "n", "list": ["a", {"b": "c: d"}]},
    ["https://new.example.com", 1],
    {"deep": {"er": {"x": [True]}}},
    [],
    {},
    "ü 😀",
    "two\nlines\n",
    [{"package": "./dynamic-plugins/dist/new", "disabled": False, "pluginConfig": {"a": {"b": "c"}}}],
)
FRESH = ("fresh", "brand-new", "scaffolder.backstage.io/x", "n", "9")


def places(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every path in a value, the root first."""
    found = [(path, value)]
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in members:
        found += places(child, (*path, key))
    return found


@st.composite
def patches(draw: Any, value: Any, *, again: bool = False) -> Branch:
    """One to three changes of a value; with `again` only such that carrying them out twice is like once."""
    patch = Branch()
    taken: list[Path] = []
    everywhere = places(value)
    for _ in range(draw(st.sampled_from((1, 1, 2, 3)))):
        path, one = everywhere[draw(st.integers(0, len(everywhere) - 1))]
        if any(path[: len(other)] == other or other[: len(path)] == path for other in taken):
            continue
        if _change(draw, patch, path, one, again=again):
            taken.append(path)
    return patch


def _change(draw: Any, patch: Branch, path: Path, value: Any, *, again: bool) -> bool:
    kinds = ["set"] if path else []
    if isinstance(value, dict):
        kinds += ["add", "add", "add-deep"] if again else ["add", "add", "add-deep", "rename"]
    if isinstance(value, list) and not again:
        kinds += ["append", "append", "append"]
    if path and not again:
        kinds += ["drop", "drop"]
    if not kinds:
        return False
    new = draw(st.sampled_from(NEW))
    match draw(st.sampled_from(kinds)):
        case "set":
            patch.put(path, Set(new))
        case "add":
            patch.put((*path, draw(st.sampled_from(FRESH))), Set(new))
        case "add-deep":
            patch.put((*path, draw(st.sampled_from(FRESH)), "a", "b"), Set(new))
        case "rename":
            if not value:
                return False
            patch.at(path).renames[draw(st.sampled_from(sorted(value)))] = "renamed"
        case "append":
            patch.append(path, draw(st.lists(st.sampled_from(NEW), min_size=1, max_size=3)))
        case _:
            patch.put(path, Drop())
    return True


def touched(node: Node | None, patch: Patch) -> set[int]:
    """The lines (from 0) that a patch of this node may change, each with what it says."""
    lines: set[int] = set()
    if isinstance(node, Node):
        _touched(node, patch, lines, None)
    return lines


def _all(node: Node, lines: set[int]) -> None:
    lines.update(range(node.start_mark.line, _end(node) + 1))


def _end(node: Node) -> int:
    """The last line of a node; a block that ends with a line end has its mark on the next one."""
    start, end = node.start_mark, node.end_mark
    return end.line if end.column or end.line == start.line else end.line - 1


def _touched(node: Node, patch: Patch, lines: set[int], head: int | None) -> None:
    """`head` is the line of the key or dash (or the first that may hold it)."""
    if not isinstance(patch, Branch) or not node.value or isinstance(node, ScalarNode) or node.flow_style:
        _all(node, lines)
        lines.update(range(node.start_mark.line if head is None else head, node.start_mark.line))
        return
    first = node.start_mark.line
    for name, key, child in members(node):
        start = first if key is None else key.start_mark.line
        first = _end(child)
        change = patch.members.get(name)
        if change is not None:
            _touched(child, change, lines, start)
        if name in patch.renames and key is not None:
            _all(key, lines)
    kept = [
        child if key is None else key
        for name, key, child in members(node)
        if not isinstance(patch.members.get(name), Drop)
    ]
    if not kept:
        _all(node, lines)
        lines.update(range(node.start_mark.line if head is None else head, node.start_mark.line))
    elif isinstance(patch.members.get(members(node)[0][0]), Drop):
        lines.add(kept[0].start_mark.line)  # it moves up beside its parent's dash


def members(node: Node) -> list[tuple[Any, Node | None, Node]]:
    if isinstance(node, SequenceNode):
        return [(number, None, item) for number, item in enumerate(node.value)]
    return [(key_text(name), name, child) for name, child in node.value]
