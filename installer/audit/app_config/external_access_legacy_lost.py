"""externalAccess legacy entry lost."""

from collections.abc import Iterator

from installer.audit.about_app_config import EXTERNAL_ACCESS, external_access
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

LEGACY = {"type": "legacy", "options": {"subject": "legacy-default-config", "secret": "${BACKEND_SECRET}"}}


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting, entries = snapshot.setting(EXTERNAL_ACCESS), external_access(snapshot)
    if snapshot.flavour != "operator" or setting is None or not entries:
        return
    if not any(one.get("type") == "legacy" for one in entries):
        whole = SetConfig(tuple(EXTERNAL_ACCESS.split(".")), [*entries, LEGACY])
        yield Found(setting.spot, "no entry of type legacy", "the operator's own entry beside them", whole)


RULE = Rule(
    module=__name__,
    title="externalAccess legacy entry lost",
    severity="medium",
    wrong="backend.auth.externalAccess has entries, and not the legacy one of the operator's own app-config.",
    why="A list replaces the operator's: plugins that still use the old token between services are answered with 401.",
    fix="Add the legacy entry to the list, unless nothing uses it any more.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/config/profile/rhdh/default-config",),
    check=check,
)
