"""The walk: observe, build the goal, plan, predict, confirm, write. The only place that knows the order.

Functions return reports; nothing here prints. Each is loaded when it is asked for: `status` needs no planner.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from installer.flow.configuration import effective, show
    from installer.flow.installation import install

__all__ = ["effective", "install", "show"]

_HOMES = {"effective": "configuration", "install": "installation", "show": "configuration"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"installer.flow.{_HOMES[name]}"), name)
