"""Versions and registries that are never chosen. Does not choose others."""

import re
from urllib.parse import urlsplit

from installer.knowledge import reading
from installer.knowledge.aliases import role_of
from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not, and what to take instead where that is known."""

    reason: str
    instead: str | None


def denied(package: str, version: str) -> Denial | None:
    """Why a plugin's npm package (with scope) must not be taken at a version; None where it may."""
    role = role_of(package)
    if role is None:
        return None
    data = reading.shared("denied")
    for row in data["versions"]:
        if row["version"] == version and role in row["roles"] and package.startswith(row["scope"] + "/"):
            return Denial(row["reason"], row["instead"])
    for row in data["patterns"]:
        if re.search(row["pattern"], version):
            return Denial(row["reason"], None)
    return None


def denied_registry(url: str) -> Denial | None:
    """Why packages must not be fetched from a registry or tarball URL; None where they may."""
    host = urlsplit(url).hostname
    rows = reading.shared("denied")["registries"]
    return next((Denial(row["reason"], row["instead"]) for row in rows if row["host"] == host), None)
