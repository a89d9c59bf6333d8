"""Services ephemeral (no persistence)."""

from collections.abc import Iterator

from installer.audit.about_platform import services
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

POSTGRESQL = {
    "secretRef": {"name": "<SECRET>", "userKey": "<KEY>", "passwordKey": "<KEY>"},
    "serviceRef": {"name": "<SERVICE>", "databaseName": "<DATABASE>"},
}


def check(snapshot: Snapshot) -> Iterator[Found]:
    for platform in snapshot.of(PLATFORM):
        for service in services(platform):
            if service.database is None:
                patch = {"spec": {"persistence": {"postgresql": POSTGRESQL}}}
                observed = f"{service.key} has no persistence, and neither has the platform"
                yield Found(platform.at(*service.path), observed, "PostgreSQL", PatchObject(platform.ref, patch))


RULE = Rule(
    module=__name__,
    title="Services ephemeral (no persistence)",
    severity="critical",
    profiles=PRODUCTION,
    reads=(PLATFORM,),
    wrong="A platform's data index or jobs service has no database.",
    why="They keep everything in memory: after a restart the portal knows no workflow and no run, and timers are lost.",
    fix="Give the platform a PostgreSQL database under spec.persistence.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",),
    check=check,
)
