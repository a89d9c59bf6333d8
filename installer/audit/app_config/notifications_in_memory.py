"""SQLite/in-memory DB with notifications."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import text
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

CLIENT = ("backend", "database", "client")
IN_MEMORY = ("better-sqlite3", "sqlite3")


def check(snapshot: Snapshot) -> Iterator[Found]:
    client = snapshot.setting(".".join(CLIENT))
    if client is not None and text(client.value) in IN_MEMORY and snapshot.plugin("notifications-backend") is not None:
        yield Found(client.spot, text(client.value), "pg", SetConfig(CLIENT, "pg"))


RULE = Rule(
    module=__name__,
    title="SQLite/in-memory DB with notifications",
    severity="high",
    wrong="Notifications are on, and the backend's database is SQLite.",
    why="It lives in the pod: every restart loses what workflows have told people.",
    fix="Give RHDH PostgreSQL: client pg, with its connection in variables.",
    sources=("https://backstage.io/docs/notifications/",),
    check=check,
)
