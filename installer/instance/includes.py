"""What a dynamic-plugins text includes, read from the text alone. Looks for no file."""

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.instance.instance import Layer
from installer.yamltext.reading import Unreadable, composed


def read_includes(plugins: Layer | None) -> list[str]:
    """The names under `includes` of a dynamic-plugins text; none of a text that cannot be read (others say so)."""
    if plugins is None:
        return []
    try:
        documents = composed(plugins.region.text.characters)
    except Unreadable:
        return []
    node = documents[plugins.region.index] if plugins.region.index < len(documents) else None
    if node is None:
        return []
    for step in (*plugins.region.path, "includes"):
        node = _step(node, step)
        if node is None:
            return []
    items = node.value if isinstance(node, SequenceNode) else []
    return [str(item.value) for item in items if isinstance(item, ScalarNode)]


def _step(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode) and isinstance(step, str):
        values = [value for key, value in node.value if isinstance(key, ScalarNode) and key.value == step]
        return values[-1] if values else None
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: Node = node.value[step]
        return found
    return None
