"""Joins the pluginConfig of all plugins into app-config.dynamic-plugins.yaml. Does not decide whose is joined.

Up to 1.10 this is Python on whatever the YAML holds, so a wrong shape is an exception of Python. 2.x is JavaScript.
"""

from typing import Any

from installer.plugins.behaviour import Behaviour
from installer.plugins.javascript_values import FORBIDDEN, PROTOTYPE_NAMES, equal, in_order


class Conflict(Exception):
    """Two plugins give one key different values; the text is RHDH's."""


def start() -> dict[Any, Any]:
    """What the file holds before any plugin: where the plugins are."""
    return {"dynamicPlugins": {"rootDirectory": "dynamic-plugins-root"}}


def join(config: object, into: dict[Any, Any], behaviour: Behaviour) -> None:
    """Adds one plugin's config to `into`, which keeps what was joined before a failure.

    Raises Conflict, and for families in Python the TypeError or AttributeError that RHDH would end with.
    """
    if not isinstance(config, dict):
        return
    if behaviour.language == "javascript":
        _join_javascript(config, into, "")
    else:
        _join_python(config, into, "")


def _join_python(config: dict[Any, Any], into: Any, parent: str) -> None:
    for key, value in config.items():
        if isinstance(value, dict):
            inner = into.setdefault(key, {})
            # Only the last parent is told: `a.b.c` is named `b.c`. A key that is no text is a TypeError here.
            _join_python(value, inner, key + ".")
            continue
        if key in into and into[key] != value:
            raise Conflict(_differs(parent + key))
        into[key] = value


def _join_javascript(config: dict[str, Any], into: dict[str, Any], parent: str) -> None:
    for key in in_order(config):
        value = config[key]
        if key in FORBIDDEN:
            continue
        if isinstance(value, dict):
            inner = into.get(key)
            if not isinstance(inner, dict):
                inner = into[key] = {}
            _join_javascript(value, inner, f"{parent}{key}.")
            continue
        present = key in into or key in PROTOTYPE_NAMES
        if present and not (key in into and equal(into[key], value)):
            raise Conflict(_differs(parent + key))
        into[key] = value


def _differs(key: str) -> str:
    return f"Config key '{key}' defined differently for 2 dynamic plugins"
