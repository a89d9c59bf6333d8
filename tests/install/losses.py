"""What of a person's words a written directory no longer says: comments, entries, settings. Judges by data alone.

The Orchestrator's own entries may change, and so may the few settings that the installation is about.
"""

import base64
import binascii
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.knowledge.aliases import role_of

Path = tuple[str, ...]
Leaf = tuple[Path, str]

# Settings that an installation changes or moves: everything else has to be there afterwards.
OURS = (
    ("orchestrator", "dataIndexService"),
    ("orchestrator", "sonataFlowService"),
    ("app", "backend"),
    ("backend", "cors", "origin"),
)


def losses(name: str, before: bytes, after: bytes) -> list[str]:
    """One line for everything of a file that is gone."""
    old, new = before.decode("utf-8-sig"), after.decode("utf-8-sig")
    if not name.endswith((".yaml", ".json")):
        return [line for line in old.splitlines() if line not in new.splitlines()]
    return [*_lost_comments(old, new), *_lost_data(old, new)]


def _lost_comments(before: str, after: str) -> list[str]:
    return [comment for comment in _comments(before) if comment not in after]


def _comments(text: str) -> Iterator[str]:
    """Comments of whole lines and those after a blank; in quoted and JSON texts a line is not a line of the file."""
    for line in text.replace("\\n", "\n").splitlines():
        start = 0 if line.lstrip().startswith("#") else line.find(" #") + 1
        if line[start:].lstrip().startswith("#"):
            yield line[start:].strip()


def _lost_data(before: str, after: str) -> list[str]:
    present = list(_leaves_of(after, ()))
    return [f"{'.'.join(path)}={value}" for path, value in _leaves_of(before, ()) if not _kept(path, value, present)]


def _kept(path: Path, value: str, present: list[Leaf]) -> bool:
    if not value:
        return True  # what says nothing may be filled in
    if (path, value) in present:
        if "-" in path:  # of two equal elements of a list both have to stay, of a key said twice one
            present.remove((path, value))
        return True
    return any(path[start : start + len(ours)] == ours for ours in OURS for start in range(len(path)))


def _leaves_of(text: str, path: Path) -> Iterator[Leaf]:
    for document in yaml.compose_all(text, Loader=yaml.CSafeLoader):
        yield from _leaves(document, path)


def _leaves(node: Node | None, path: Path) -> Iterator[Leaf]:
    """Every scalar with the keys above it; lists count by their elements. Texts inside of texts are looked into."""
    match node:
        case MappingNode():
            for key, child in node.value:
                yield from _leaves(child, (*path, key.value if isinstance(key, ScalarNode) else "{}"))
        case SequenceNode():
            for item in node.value:
                if not _is_ours(item):
                    yield from _leaves(item, (*path, "-"))
        case ScalarNode():
            yield from _leaves_inside(node.value, path)


def _is_ours(item: Node) -> bool:
    """An entry of the Orchestrator's, or the variable that its size needs."""
    if not isinstance(item, MappingNode):
        return False
    said = {key.value: value.value for key, value in item.value if isinstance(value, ScalarNode)}
    return role_of(said.get("package", "")) is not None or said.get("name") == "MAX_ENTRY_SIZE"


def _leaves_inside(text: str, path: Path) -> Iterator[Leaf]:
    """A YAML text that is a value; of an .npmrc its lines."""
    if path and path[-1] == ".npmrc":
        yield from ((path, line) for line in _decoded(text, encoded=path[-2:-1] == ("data",)).splitlines())
    elif path and path[-1].endswith((".yaml", ".yml")):
        yield from _leaves_of(text, path)
    else:
        yield path, text


def _decoded(value: str, *, encoded: bool) -> str:
    try:
        return base64.b64decode(value).decode() if encoded else value
    except (binascii.Error, UnicodeDecodeError):
        return value
