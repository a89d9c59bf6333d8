"""dataIndexService.url unqualified across namespaces."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX, known
from installer.audit.addresses import address
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(DATA_INDEX)
    found = address(known(setting))
    if setting is None or found is None or not found.name or found.namespace or found.is_loopback:
        return
    elsewhere = _elsewhere(snapshot)
    if elsewhere:
        right = f"http://{found.name}.{elsewhere}"
        yield Found(setting.spot, known(setting), right, SetConfig(tuple(DATA_INDEX.split(".")), right))


def _elsewhere(snapshot: Snapshot) -> str:
    """The namespace of the platform where it is another than RHDH's; empty where it is not, or is not known."""
    if snapshot.is_read(PLATFORM) and snapshot.of(PLATFORM):
        spaces = [one.namespace for one in snapshot.of(PLATFORM) if one.namespace]
    else:
        spaces = [snapshot.release.infrastructure_namespace or ""]
    here = snapshot.namespace
    return "" if not here or here in spaces else next(iter(filter(None, spaces)), "")


RULE = Rule(
    module=__name__,
    title="dataIndexService.url unqualified across namespaces",
    severity="critical",
    also=(PLATFORM,),
    wrong="The data index URL names a Service without namespace, and the platform is in another one than RHDH.",
    why="The name is looked up in RHDH's namespace: ENOTFOUND, and the Orchestrator page shows no workflow.",
    fix="Write the namespace of the platform behind the name of the Service.",
    sources=("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#namespaces-of-services",),
    check=check,
)
