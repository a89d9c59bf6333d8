"""externalAccess missing for callbacks."""

from collections.abc import Iterator

from installer.audit.about_app_config import EXTERNAL_ACCESS, external_access
from installer.audit.about_workflows import properties
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP, WORKFLOW
from installer.audit.object import Object, texts_in
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PLACES = (("spec", "flow", "functions"), ("spec", "podTemplate", "container", "env"))
ENTRY = {"type": "static", "options": {"token": "${BACKEND_SECRET}", "subject": "orchestrator"}}


NOTIFICATIONS = "notifications"  # the API of RHDH, and what the variables of workflows for it are called


def check(snapshot: Snapshot) -> Iterator[Found]:
    callers = [one.name for one in snapshot.of(WORKFLOW) if _calls_back(snapshot, one)]
    answers = snapshot.plugin("orchestrator-backend") and snapshot.plugin("notifications-backend")
    if callers and answers and not external_access(snapshot):
        setting = snapshot.setting(EXTERNAL_ACCESS)
        spot = setting.spot if setting is not None else snapshot.would_write(EXTERNAL_ACCESS)
        observed = f"no entry, and notifications are sent by {', '.join(sorted(callers))}"
        remedy = SetConfig(tuple(EXTERNAL_ACCESS.split(".")), [ENTRY])
        yield Found(spot, observed, "a static token for workflows", remedy)


def _calls_back(snapshot: Snapshot, workflow: Object) -> bool:
    """Whether a workflow sends notifications: as its functions, its variables or its properties say."""
    said = [words for part in PLACES for _, words in texts_in(workflow.get(*part))]
    said += [f"{one.key}={one.value}" for one in properties(snapshot, workflow, "-props")]
    return any(NOTIFICATIONS in words.lower() for words in said)


RULE = Rule(
    module=__name__,
    title="externalAccess missing for callbacks",
    severity="high",
    reads=(WORKFLOW,),
    also=(CONFIG_MAP,),
    wrong="A workflow sends notifications, and backend.auth.externalAccess lets nobody from outside in.",
    why="A workflow that sends a notification is answered with 401, and fails or goes on without telling anybody.",
    fix="Add a static token for workflows; its value comes from a Secret.",
    sources=("https://backstage.io/docs/auth/service-to-service-auth/#static-tokens",),
    check=check,
)
