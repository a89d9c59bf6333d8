"""Local DB in production."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import text
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import SetInstance
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

EXTERNAL = SetInstance(
    operator={"spec": {"database": {"enableLocalDb": False, "authSecretName": "<SECRET>"}}},
    helm={"upstream": {"postgresql": {"enabled": False}}},
    chart={"postgresql": {"enabled": False}},
    plain={},
)
IN_MEMORY = ":memory:"


def check(snapshot: Snapshot) -> Iterator[Found]:
    spot, value = snapshot.owned(
        operator=(("spec", "database", "enableLocalDb"),),
        helm=(("upstream", "postgresql", "enabled"),),
        chart=(("postgresql", "enabled"),),
        plain=(("metadata", "name"),),
    )
    if snapshot.flavour != "plain" and value is not False and text(value) != "false":
        told = "true" if value is True else "nothing is said, so the database that comes with RHDH"
        yield Found(spot, told, "a database of its own, with backups", EXTERNAL)
    client = snapshot.setting("backend.database.client")
    if client is not None and text(client.value) == "better-sqlite3":
        yield Found(client.spot, "better-sqlite3", "pg", key="client")


RULE = Rule(
    module=__name__,
    title="Local DB in production",
    severity="medium",
    profiles=PRODUCTION,
    wrong="RHDH uses the database that operator or chart bring, or SQLite.",
    why="It is one pod with one volume, without backup or failover: with it the portal's state is lost.",
    fix="Use an external PostgreSQL, with its credentials in a Secret.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/configuring_red_hat_developer_hub",
    ),
    check=check,
)
