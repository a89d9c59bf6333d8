"""Reads our own data files. Not for texts that people wrote: those are yamltext's."""

from functools import cache
from pathlib import Path
from typing import Any

from installer.knowledge.location import data_folder


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def read(path: Path) -> Any:
    """The value of one YAML file."""
    return parsed(text(path))


def parsed(characters: str) -> Any:
    """The value of a text of ours."""
    import yaml  # noqa: PLC0415 - much is known without a file of ours

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(characters, Loader=loader)  # noqa: S506 - a safe loader, the C one where there is one


@cache
def shared(name: str) -> Any:
    """The value of configmaps/shared/<name>.yaml, read once; not to be changed."""
    return parsed(shared_text(name))


@cache
def shared_text(name: str) -> str:
    """Its text, read once, for who wants a few lines of many."""
    return text(data_folder("configmaps") / "shared" / f"{name}.yaml")
