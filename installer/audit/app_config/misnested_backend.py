"""Misnested backend."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.remedy import UnsetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

MISNESTED = {
    "app.backend": "backend",
    "app.auth": "auth",
    "app.csp": "backend.csp",
    "app.cors": "backend.cors",
    "catalog.csp": "backend.csp",
}


def check(snapshot: Snapshot) -> Iterator[Found]:
    for path, right in MISNESTED.items():
        setting = snapshot.setting(path)
        if setting is not None:
            yield Found(
                setting.spot, f"{path} is set", f"{right}, at the top level", UnsetConfig(tuple(path.split(".")))
            )


RULE = Rule(
    module=__name__,
    title="Misnested backend",
    severity="high",
    wrong="Settings of the backend stand below app or catalog, where nobody reads them.",
    why="They have no effect, and nothing says so: CSP, CORS or authentication stay as they were.",
    fix="Move the keys to the top level of the same file.",
    sources=("https://backstage.io/docs/conf/defining/", "https://backstage.io/docs/permissions/concepts"),
    check=check,
)
