"""Every rule there is: one file each, in the folders of the groups. Loads them when asked, and judges nothing."""

import pkgutil
from functools import cache
from importlib import import_module

from installer.audit.rule import GROUPS, Rule
from installer.audit.suppression import EXPIRED


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of groups and names."""
    return tuple(import_module(name).RULE for name in _modules())


def _modules() -> list[str]:
    packages = [import_module(f"{__package__}.{group}") for group in GROUPS]
    return [
        f"{package.__name__}.{module.name}"
        for package in packages
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name)
    ]


def rule(slug: str) -> Rule | None:
    """The rule of that slug, also the one about exceptions; None where there is none."""
    return next((one for one in (*rules(), EXPIRED) if one.slug == slug), None)
