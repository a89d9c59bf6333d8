"""Config newer than pod."""

from collections.abc import Iterator

from installer.audit.about_instance import UNTOLD, is_untold, pods, written
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP, POD
from installer.audit.object import Object
from installer.audit.remedy import Run
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour == "operator":
        return  # its operator rolls out by itself; config-sync-disabled speaks where it does not
    alive = [one for one in pods(snapshot) if not one.get("metadata", "deletionTimestamp") and one.created]
    if not alive:
        raise Skip("there is no pod of RHDH in what was read")
    oldest = min(alive, key=lambda one: (one.created is None, one.created))
    layers = list(_layers(snapshot))
    for one in layers:
        changed = written(one)
        if one.is_observed and changed and oldest.created and changed > oldest.created:
            observed = (
                f"written {changed:%Y-%m-%d %H:%M:%S}, after pod {oldest.name} began {oldest.created:%Y-%m-%d %H:%M:%S}"
            )
            yield Found(one.at("data"), observed, "pods that began later", _restart(snapshot), key="newer")
    if is_untold(layers):
        raise Skip(UNTOLD)


def _layers(snapshot: Snapshot) -> Iterator[Object]:
    layers = [snapshot.instance.plugins, *snapshot.instance.app_config]
    refs = dict.fromkeys(one.ref for one in layers if one is not None and one.ref is not None)
    for ref in refs:
        found = snapshot.named(CONFIG_MAP, ref.name, ref.namespace) if ref.kind == "ConfigMap" else None
        if found is not None:
            yield found


def _restart(snapshot: Snapshot) -> Run:
    return Run((f"rhdh-orchestrator restart --instance {snapshot.namespace}/{snapshot.instance.name}",))


RULE = Rule(
    module=__name__,
    title="Config newer than pod",
    severity="high",
    reads=(CONFIG_MAP, POD),
    wrong="A ConfigMap that RHDH reads when it starts was changed after its pods had started.",
    why="Nothing restarts this RHDH by itself: the change is not in force, and will be at some surprising moment.",
    fix="Restart RHDH once.",
    sources=(
        "https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically",
    ),
    check=check,
)
