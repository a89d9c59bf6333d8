"""Compares what we foretell with what the oracle answers."""

import posixpath
import re
from typing import Any

from installer.appconfig.simulate import Effective, Environment, Layer, Switches, simulate
from tests.appconfig.strategies import Case

ROOT = "<dir>"
# Node words the faults of JSON.parse in its own way.
_SYNTAX_ERROR = re.compile(r"(SyntaxError: ).*", re.DOTALL)


def foretell(case: Case, switches: Switches | None = None) -> Effective:
    def read(path: str) -> str | None:
        return case.tree.get(posixpath.relpath(path, ROOT))

    layers = [Layer(f"{ROOT}/{name}", case.tree.get(name)) for name in case.files]
    return simulate(layers, Environment(case.env), read, switches or Switches())


def same(ours: Any, theirs: Any) -> bool:
    """Equal as JavaScript values, the order of keys included; 1 and 1.0 are the same, 1 and true are not."""
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return ours == theirs or (ours != ours and theirs != theirs)  # noqa: PLR0124
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, dict):
        return list(ours) == list(theirs) and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return bool(ours == theirs)


def shorten(message: str) -> str:
    """A message of the loader without the lines of text that it quotes, and without Node's words on JSON."""
    return _SYNTAX_ERROR.sub(r"\1…", message.partition(":\n\n")[0])
