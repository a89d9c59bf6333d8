"""Reads our own data files. Not for texts that people wrote: those are yamltext's."""

from functools import cache
from pathlib import Path
from typing import Any

from installer.knowledge.location import data_folder

_PLAIN, _QUOTED = "?", "!"
_WORDS = {"null": None, "true": True, "false": False}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def read(path: Path) -> Any:
    """The value of one YAML file."""
    return parsed(text(path))


def parsed(characters: str) -> Any:
    """The value of a text of ours: as PyYAML's, which takes twice as long to find in it what we never write.

    We write no anchors, merge keys and tags, numbers with digits alone, and `true`, `false` and `null` as JSON does.
    """
    import yaml  # noqa: PLC0415 - much is known without a file of ours

    if not yaml.__with_libyaml__:  # pragma: no cover - wheels of PyYAML carry libyaml
        return yaml.safe_load(characters)
    reader = _reader()(characters)
    try:
        return _value(reader.get_single_node())
    finally:
        reader.dispose()


@cache
def _reader() -> Any:
    """The parser of libyaml, which tells plain scalars from others and resolves none."""
    from yaml.cyaml import CParser  # type: ignore[attr-defined] # noqa: PLC0415
    from yaml.nodes import ScalarNode  # noqa: PLC0415
    from yaml.resolver import BaseResolver  # noqa: PLC0415

    class Reader(CParser, BaseResolver):
        def __init__(self, characters: str) -> None:
            CParser.__init__(self, characters)
            BaseResolver.__init__(self)

        def resolve(self, kind: Any, _value: Any, implicit: Any) -> str:
            return _PLAIN if kind is ScalarNode and implicit[0] else _QUOTED

    return Reader


def _value(node: Any) -> Any:
    match node.id if node else "nothing":
        case "mapping":
            return {_value(key): _value(value) for key, value in node.value}
        case "sequence":
            return [_value(item) for item in node.value]
        case "scalar" if node.tag == _PLAIN:
            return _plain(node.value)
        case "scalar":
            return node.value
        case _:
            return None


def _plain(characters: str) -> Any:
    if characters in _WORDS:
        return _WORDS[characters]
    return int(characters) if characters.isdigit() else characters


@cache
def shared(name: str) -> Any:
    """The value of configmaps/shared/<name>.yaml, read once; not to be changed."""
    return parsed(shared_text(name))


@cache
def shared_text(name: str) -> str:
    """Its text, read once, for who wants a few lines of many."""
    return text(data_folder("configmaps") / "shared" / f"{name}.yaml")
