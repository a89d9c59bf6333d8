"""How a text is written: indentation, sequences, quotes, line ends. Does not change it."""

from collections import Counter
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.late_pattern import late_pattern
from installer.yamltext.emit import Style
from installer.yamltext.splices import newline_of

_UNIT = late_pattern(r"[\[{]\r?\n([ \t]+)")  # the first level of a JSON text over several lines
_TIGHT = late_pattern(r"""\A\s*[\[{]+"[^"\\\n]*":[^\s]|\A\s*\["[^"\\\n]*","|\A\s*\[[^\s"]+,[^\s]""")


def is_json(root: Node | None) -> bool:
    """JSON-like: the outermost collection is flow and its keys are double-quoted."""
    if isinstance(root, SequenceNode) and root.flow_style and root.value:
        return all(is_json(item) or (isinstance(item, ScalarNode) and item.style == '"') for item in root.value)
    if not isinstance(root, MappingNode) or not root.flow_style or not root.value:
        return False
    return all(isinstance(key, ScalarNode) and key.style == '"' for key, _ in root.value)


def style_of(characters: str, root: Node | None) -> Style:
    """The most common habits of a tree; ours where it has none. Ties go to what comes first."""
    steps: Counter[int] = Counter()
    sequences: Counter[bool] = Counter()
    quotes: Counter[str] = Counter()
    lists: Counter[bool] = Counter()
    for node, column in _walk(root):
        if isinstance(node, SequenceNode) and node.value and all(isinstance(one, ScalarNode) for one in node.value):
            lists[bool(node.flow_style)] += 1
        if isinstance(node, ScalarNode):
            if node.style in ("'", '"'):
                quotes[node.style] += 1
        elif isinstance(node, MappingNode) and column is not None and not node.flow_style and node.value:
            steps[int(node.value[0][0].start_mark.column) - column] += 1
        elif isinstance(node, SequenceNode) and column is not None and not node.flow_style and node.value:
            sequences[int(node.start_mark.column) > column] += 1
    step = next((step for step, _ in steps.most_common() if 0 < step <= 8), 2)  # noqa: PLR2004
    indented = sequences.most_common(1)[0][0] if sequences else True
    quote = quotes.most_common(1)[0][0] if quotes else '"'
    flow_lists = not lists or lists[True] >= lists[False]
    unit = _UNIT.search(characters)
    tight = _TIGHT.search(characters) is not None
    return Style(step, indented, quote, newline_of(characters), flow_lists, unit[1] if unit else None, tight)


def _walk(root: Node | None) -> Iterator[tuple[Node, int | None]]:
    """Every node with the column of the key it belongs to (None in sequences and at the root)."""
    stack: list[tuple[Node, int | None]] = [] if root is None else [(root, None)]
    seen: set[int] = set()
    while stack:
        node, column = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node, column
        if isinstance(node, SequenceNode):
            stack += [(child, None) for child in reversed(node.value)]
        elif isinstance(node, MappingNode):
            for key, value in reversed(node.value):
                stack.append((value, int(key.start_mark.column)))
