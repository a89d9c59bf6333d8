"""RBAC disabled."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import text
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

ENABLED = "permission.enabled"


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(ENABLED)
    if setting is not None and not setting.is_known:
        raise Skip(f"{ENABLED} hangs on a variable or file that is not at hand")
    if setting is None or text(setting.value) != "true":
        told = f"{ENABLED}: {text(setting.value)}" if setting is not None else f"{ENABLED} is not set"
        spot = setting.spot if setting is not None else snapshot.would_write(ENABLED)
        yield Found(spot, told, f"{ENABLED}: true", SetConfig(("permission", "enabled"), True))


RULE = Rule(
    module=__name__,
    title="RBAC disabled",
    severity="high",
    profiles=PRODUCTION,
    wrong="permission.enabled is not true.",
    why="Whoever signs in may start every workflow, abort it, and read what others gave it as input.",
    fix="Set permission.enabled to true, with administrators and policies: nobody may do anything without them.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/authorization_in_red_hat_developer_hub",
    ),
    check=check,
)
