"""externalAccess missing for callbacks."""

from collections.abc import Iterator

from installer.audit.about_app_config import EXTERNAL_ACCESS, external_access
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

ENTRY = {"type": "static", "options": {"token": "${BACKEND_SECRET}", "subject": "orchestrator"}}


def check(snapshot: Snapshot) -> Iterator[Found]:
    calls_back = snapshot.plugin("orchestrator-backend") and snapshot.plugin("notifications-backend")
    if calls_back and not external_access(snapshot):
        setting = snapshot.setting(EXTERNAL_ACCESS)
        spot = setting.spot if setting is not None else snapshot.would_write(EXTERNAL_ACCESS)
        yield Found(
            spot, "no entry", "a static token for workflows", SetConfig(tuple(EXTERNAL_ACCESS.split(".")), [ENTRY])
        )


RULE = Rule(
    module=__name__,
    title="externalAccess missing for callbacks",
    severity="high",
    wrong="Orchestrator and notifications are on, and backend.auth.externalAccess lets nobody from outside in.",
    why="A workflow that sends a notification is answered with 401, and fails or goes on without telling anybody.",
    fix="Add a static token for workflows; its value comes from a Secret.",
    sources=("https://backstage.io/docs/auth/service-to-service-auth/#static-tokens",),
    check=check,
)
