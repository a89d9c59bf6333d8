"""Turns composed nodes into plain data as the npm package `yaml` 2.x turns them into JavaScript values.

Resolves aliases and merge keys, makes keys texts, and orders them as JavaScript orders the properties of an object.
Does not parse. Follows that package (ISC licence, © Eemeli Aro; see licence.txt).
"""

from typing import Any, TypeAlias

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.core12 import ScalarTag, text_of
from installer.yamltext.javascript.keys import key_of_collection
from installer.yamltext.javascript.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence
from installer.yamltext.reading import DEPTH_LIMIT, EXPANDED_LIMIT, Unreadable

_ALIAS_LIMIT = 100
_INDEX = late_pattern(r"0|[1-9][0-9]{0,9}")
_LAST_INDEX = 2**32 - 2
_SURROGATES = late_pattern("[\ud800-\udfff]")


class NoValue(Exception):
    """A document whose value JavaScript cannot make; the message is that of npm's `yaml`."""


@dataclass(slots=True)
class _Anchored:
    value: Any = None
    count: int = 1
    weight: int = 0


Places: TypeAlias = dict[int, dict[str | int, int]]
"""By id() of a dict or list of the value: where its members stand, as offsets in the text."""


def javascript_value(root: Node, schema: tuple[ScalarTag, ...]) -> tuple[Any, Places]:
    """The value of a document: str, int, float, bool, None, list, dict with str keys. Raises NoValue, Unreadable."""
    conversion = _Conversion(root, schema)
    return conversion.convert(root), conversion.places


def join_surrogates(text: str) -> str:
    """A text of UTF-16 units as one of characters; halves without their partner stay."""
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def in_javascript_order(data: dict[str, Any]) -> dict[str, Any]:
    """The same dict with its keys in JavaScript's order: array indices ascending, then the others as inserted."""
    indices = [key for key in data if key[:1].isdigit() and is_index(key)]
    if not indices:
        return data
    ordered = {key: data[key] for key in sorted(indices, key=int)}
    ordered.update(data)
    data.clear()
    data.update(ordered)
    return data


def is_index(key: str) -> bool:
    return _INDEX.fullmatch(key) is not None and int(key) <= _LAST_INDEX


class _Conversion:
    def __init__(self, root: Node, schema: tuple[ScalarTag, ...]) -> None:
        self.schema = schema
        self.targets: dict[int, Node] = {}
        self.anchored: dict[int, _Anchored] = {}
        self.open: set[int] = set()
        self.places: Places = {}
        self.extents: dict[int, tuple[int, int]] = {}
        self._find_targets(root, {})

    def _find_targets(self, node: Node | Pair | None, anchors: dict[str, Node]) -> None:
        """Every alias means the last node before it that has its anchor."""
        if isinstance(node, Alias):
            if node.name in anchors:
                self.targets[id(node)] = anchors[node.name]
            return
        if isinstance(node, Scalar | Mapping | Sequence) and node.anchor:
            anchors[node.anchor] = node
        for child in _children(node):
            self._find_targets(child, anchors)

    def convert(self, node: Node) -> Any:
        if isinstance(node, Alias):
            return self._follow(node)
        if node.anchor is None:
            return self._plain(node)
        record = self.anchored[id(node)] = _Anchored()
        record.value = self._plain(node)
        return record.value

    def _follow(self, alias: Alias) -> Any:
        found = self.resolve(alias)
        if found is None:
            name = join_surrogates(alias.name)
            raise NoValue(f"Unresolved alias (the anchor must be set before the alias): {name}")
        if id(found) in self.open:
            raise Unreadable("yaml-recursive", "an anchor that contains itself")
        return self.anchored[id(found)].value

    def resolve(self, alias: Alias) -> Node | None:
        """The node that an alias means; counts it, for the limit against alias bombs."""
        found = self.targets.get(id(alias))
        if found is None:
            return None
        record = self.anchored.get(id(found))
        if record is None:
            self.convert(found)
            record = self.anchored[id(found)]
        record.count += 1
        if record.weight == 0:
            record.weight = self._weigh(found)
        if record.count * record.weight > _ALIAS_LIMIT:
            raise NoValue("Excessive alias count indicates a resource exhaustion attack")
        return found

    def _weigh(self, node: Node | Pair | None) -> int:
        if isinstance(node, Alias):
            target = self.targets.get(id(node))
            record = self.anchored.get(id(target)) if target else None
            return record.count * record.weight if record else 0
        if isinstance(node, Scalar) or node is None:
            return 1
        return max((self._weigh(child) for child in _children(node)), default=0)

    def _plain(self, node: Scalar | Mapping | Sequence) -> Any:
        if isinstance(node, Scalar):
            return join_surrogates(node.value) if isinstance(node.value, str) else node.value
        self.open.add(id(node))
        try:
            if isinstance(node, Mapping):
                return self._mapping(node)
            return self._sequence(node)
        finally:
            self.open.discard(id(node))

    def _sequence(self, node: Sequence) -> Any:
        values = [self._item(item) for item in node.items]
        self._measure(values, values)
        if node.tag != "omap":
            self.places[id(values)] = {index: _start(item) for index, item in enumerate(node.items)}
            return values
        # A JavaScript Map has no properties of its own: nothing of it reaches the configuration.
        keys = [str(key) for item in node.items if isinstance(item, Pair) for key in [self.key_text(item.key)]]
        if len(set(keys)) < len(keys):
            raise NoValue("Ordered maps must not include duplicate keys")
        return {}

    def _measure(self, container: Any, members: list[Any]) -> None:
        """Bounds the depth and the number of nodes as they are once every alias is written out."""
        extents = [self.extents.get(id(member), (0, 1)) for member in members]
        depth = 1 + max((extent[0] for extent in extents), default=0)
        size = 1 + sum(extent[1] for extent in extents)
        if depth > DEPTH_LIMIT + 2:
            raise Unreadable("yaml-too-deep", f"nested deeper than {DEPTH_LIMIT} levels")
        if size > EXPANDED_LIMIT:
            raise Unreadable("yaml-alias-bomb", f"more than {EXPANDED_LIMIT:,} nodes once aliases are expanded")
        self.extents[id(container)] = (depth, size)

    def _item(self, item: Node | Pair) -> Any:
        if isinstance(item, Pair):
            result: dict[str, Any] = {}
            self._add_pair(result, item)
            return result
        return self.convert(item)

    def _mapping(self, node: Mapping) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for pair in node.pairs:
            self._add_pair(result, pair)
        self._measure(result, list(result.values()))
        # A JavaScript Set has no properties either.
        return {} if node.tag == "set" else in_javascript_order(result)

    def _add_pair(self, result: dict[str, Any], pair: Pair) -> None:
        if isinstance(pair.key, Scalar) and pair.key.merge:
            for source in self._merge_sources(pair.value):
                self._merge(result, self._mapping(source))
            return
        key = self.key_text(pair.key)
        result[key] = None if pair.value is None else self.convert(pair.value)
        self.places.setdefault(id(result), {})[key] = _start(pair)

    def _merge(self, result: dict[str, Any], source: dict[str, Any]) -> None:
        places = self.places.setdefault(id(result), {})
        for key, value in source.items():
            if key not in result:
                result[key] = value
                places[key] = self.places[id(source)][key]

    def _merge_sources(self, value: Node | None) -> list[Mapping]:
        source = self.resolve(value) if isinstance(value, Alias) else value
        items = source.items if isinstance(source, Sequence) else [source]
        found: list[Mapping] = []
        for item in items:
            resolved = self.resolve(item) if isinstance(item, Alias) else item
            if not isinstance(resolved, Mapping):
                raise NoValue("Merge sources must be maps or map aliases")
            if id(resolved) in self.open:
                raise Unreadable("yaml-recursive", "an anchor that contains itself")
            found.append(resolved)
        return found

    def key_text(self, key: Node) -> str:
        """A key as it becomes the name of a property; a collection becomes its flow text."""
        if isinstance(key, Alias) and isinstance(self.targets.get(id(key)), Mapping | Sequence):
            self.resolve(key)
            return f"*{key.name}"
        value = self.convert(key)
        if isinstance(key, Scalar) and isinstance(value, dict):
            # A Buffer becomes the text that it holds.
            return bytes(value.values()).decode("utf-8", "replace")
        if isinstance(value, dict | list):
            return join_surrogates(key_of_collection(key, self.schema))
        return join_surrogates(text_of(value))


def _start(node: Node | Pair) -> int:
    """Where a member stands: a scalar where it begins, a collection where its key does."""
    if not isinstance(node, Pair):
        return node.start
    return node.value.start if isinstance(node.value, Scalar | Alias) else node.key.start


def _children(node: Node | Pair | None) -> list[Node | Pair | None]:
    match node:
        case Mapping(pairs=pairs):
            return list(pairs)
        case Sequence(items=items):
            return list(items)
        case Pair(key=key, value=value):
            return [key, value]
        case _:
            return []
