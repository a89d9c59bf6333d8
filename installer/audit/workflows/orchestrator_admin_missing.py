"""No orchestrator admin."""

from collections.abc import Iterator

from installer.audit.about_permissions import policies
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP
from installer.audit.object import items
from installer.audit.profiles import PRODUCTION
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

LISTS = ("permission.rbac.admin.users", "permission.rbac.admin.superUsers")
VIEW = "orchestrator.instanceAdminView"


def check(snapshot: Snapshot) -> Iterator[Found]:
    enabled = snapshot.setting("permission.enabled")
    if enabled is None or enabled.value is not True or snapshot.plugin("orchestrator-backend") is None:
        return
    settings = [one for path in LISTS if (one := snapshot.setting(path)) is not None]
    if any(items(one.value) or not one.is_known for one in settings):
        return
    if not any(one.permission == VIEW and one.effect == "allow" for one in policies(snapshot)):
        spot = settings[0].spot if settings else snapshot.would_write(LISTS[0])
        told = f"no administrator, and no policy that gives {VIEW}"
        yield Found(spot, told, f"a user or group under {LISTS[0]}", key="admin")


RULE = Rule(
    module=__name__,
    title="No orchestrator admin",
    severity="medium",
    profiles=PRODUCTION,
    reads=(CONFIG_MAP,),
    wrong="Permissions are on, nobody is their administrator, and no policy gives the view of everybody's runs.",
    why="Each sees his own runs only: nobody can look after those of others, or give anybody the right to.",
    fix="Name administrators under permission.rbac.admin.users, and give a role orchestrator.instanceAdminView.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/docs/Permissions.md",),
    check=check,
)
