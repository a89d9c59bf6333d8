"""Reads the API server's audit log: who asked for what since a mark. Sees no request of the world's own parts."""

import json
from dataclasses import dataclass
from pathlib import Path

# Verbs that leave the cluster as it was; a dry run and a SelfSubject review do so whatever their verb is.
READING = frozenset({"get", "list", "watch"})


@dataclass(frozen=True)
class Asked:
    """One answered request: of which resource, or which path; `where` is NAMESPACE/NAME, both may be empty."""

    user: str
    verb: str
    what: str
    where: str
    code: int
    uri: str

    @property
    def writes(self) -> bool:
        harmless = self.verb in READING or "dryRun=All" in self.uri or self.what.startswith("selfsubject")
        return not harmless and "/" in self.where


@dataclass
class AuditLog:
    """The log from where it is now on: requests before the mark do not count."""

    path: Path
    mark: int = 0

    def restart(self) -> None:
        self.mark = self.path.stat().st_size if self.path.exists() else 0

    def asked(self, user: str = "") -> list[Asked]:
        """Every request since the mark, of one user or of all, in the order of their answers."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as log:
            log.seek(self.mark)
            lines = log.read().splitlines()
        events = [_asked(json.loads(line)) for line in lines if line.endswith(b"}")]
        return [one for one in events if user in ("", one.user)]

    def writes(self, user: str = "") -> list[Asked]:
        """The requests since the mark that could have changed something."""
        return [one for one in self.asked(user) if one.writes]


def _asked(event: dict) -> Asked:
    reference = event.get("objectRef")
    where = f"{reference.get('namespace', '')}/{reference.get('name', '')}" if reference else ""
    what = event["requestURI"].partition("?")[0]
    if reference:
        what = "/".join(filter(None, (reference["resource"], reference.get("subresource"))))
    return Asked(
        user=event.get("impersonatedUser", event["user"])["username"],
        verb=event["verb"],
        what=what,
        where=where,
        code=event.get("responseStatus", {}).get("code", 0),
        uri=event["requestURI"],
    )
