"""The operators that the Orchestrator needs, under every name that a release knows them by. Asks nobody."""

from functools import cache

from installer.knowledge.releases import minors, release

_ROLES = ("serverless", "logic")


@cache
def ours(role: str | None = None) -> tuple[str, ...]:
    """The packages of one role (`serverless`, `logic`) or of both, oldest name first."""
    roles = [role] if role else list(_ROLES)
    named = [
        release(minor).operators[one].package for one in roles for minor in minors() if one in release(minor).operators
    ]
    return tuple(dict.fromkeys(named))


def csv_package(name: str) -> str:
    """The package that a CSV's name begins with: logic-operator.v1.37.1 -> logic-operator."""
    return name.partition(".v")[0]


def csv_version(name: str) -> str:
    return name.partition(".v")[2]


def minor_of(version: str) -> str:
    """1.36.0 -> 1.36"""
    return ".".join(version.split(".")[:2])
