"""Every rule there is: one file each, in the folders of the groups. Loads them when asked, and judges nothing."""

import pkgutil
from functools import cache
from importlib import import_module

from installer.audit.rule import GROUPS, Rule
from installer.audit.suppression import EXPIRED


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of groups and names."""
    return tuple(load(name) for name in modules())


def load(module: str) -> Rule:
    found = import_module(module).RULE
    assert isinstance(found, Rule)  # noqa: S101 (the files are ours)
    return found


def modules() -> list[str]:
    """The name of every rule's module."""
    packages = [import_module(f"{__package__}.{group}") for group in GROUPS]
    return [
        f"{package.__name__}.{module.name}"
        for package in packages
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name)
    ]


def rule(slug: str) -> Rule | None:
    """The rule of that slug, also the one about exceptions; None where there is none."""
    return next((one for one in (*rules(), EXPIRED) if one.slug == slug), None)
