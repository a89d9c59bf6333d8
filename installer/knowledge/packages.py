"""The operators that the Orchestrator needs, under every name that a release knows them by. Asks nobody."""

from installer.knowledge import reading

_ROLES = ("serverless", "logic")


def ours(role: str | None = None) -> tuple[str, ...]:
    """The packages of one role (`serverless`, `logic`) or of both, oldest name first."""
    known = reading.shared("packages")
    return tuple(package for one in ([role] if role else _ROLES) for package in known[one])


def csv_package(name: str) -> str:
    """The package that a CSV's name begins with: logic-operator.v1.37.1 -> logic-operator."""
    return name.partition(".v")[0]


def csv_version(name: str) -> str:
    return name.partition(".v")[2]


def minor_of(version: str) -> str:
    """1.36.0 -> 1.36"""
    return ".".join(version.split(".")[:2])
