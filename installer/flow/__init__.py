"""The walk: observe, build the goal, plan, predict, confirm, write. The only place that knows the order.

Functions return reports; nothing here prints.
"""

from installer.flow.configuration import effective, show
from installer.flow.installation import install

__all__ = ["effective", "install", "show"]
