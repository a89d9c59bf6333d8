"""extraAppConfig/Secret change not covered by checksum."""

from collections.abc import Iterator

from installer.audit.about_instance import UNTOLD, is_untold, pods, written
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP, POD, SECRET, Kind
from installer.audit.object import dig, mappings, strings, text
from installer.audit.remedy import Run
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot
from installer.instance.instance import Path


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour != "helm":
        return
    alive = [one.created for one in pods(snapshot) if one.created and not one.get("metadata", "deletionTimestamp")]
    if not alive:
        raise Skip("there is no pod of RHDH in what was read")
    oldest = min(alive)
    for kind, name in sorted(set(_given(snapshot))):
        one = snapshot.named(kind, name, snapshot.namespace) if name and snapshot.is_read(kind) else None
        changed = written(one) if one is not None and one.is_observed else None
        if one is not None and changed is not None and changed > oldest:
            told = f"written {changed:%Y-%m-%d %H:%M:%S}, after RHDH's pod began {oldest:%Y-%m-%d %H:%M:%S}"
            restart = f"rhdh-orchestrator restart --instance {snapshot.namespace}/{snapshot.instance.name}"
            yield Found(one.at(), told, "pods that began later", Run((restart,)), "newer")
        elif one is not None and is_untold([one]):
            raise Skip(UNTOLD)


def _given(snapshot: Snapshot) -> Iterator[tuple[Kind, str]]:
    """What the values hand to RHDH besides what the chart makes itself, and takes a checksum of."""
    for one in mappings(_value(snapshot, "extraAppConfig", "extraAppConfig")):
        yield CONFIG_MAP, text(one.get("configMapRef"))
    for name in strings(_value(snapshot, "extraEnvVarsSecrets", "extraEnvVarsSecrets")):
        yield SECRET, name
    for one in mappings(_value(snapshot, "extraEnvVars", "extraEnv")):
        yield SECRET, text(dig(one, "valueFrom", "secretKeyRef", "name"))
    for one in mappings(_value(snapshot, "extraEnvFrom", "extraEnvFrom")):
        yield SECRET, text(dig(one, "secretRef", "name"))


def _value(snapshot: Snapshot, helm: str, chart: str) -> object:
    none: tuple[Path, ...] = (("spec",),)  # of the other flavours, which are not asked
    found = snapshot.owned(operator=none, plain=none, helm=(("upstream", "backstage", helm),), chart=((chart,),))
    return found[1]


RULE = Rule(
    module=__name__,
    title="extraAppConfig/Secret change not covered by checksum",
    severity="high",
    reads=(POD,),
    also=(CONFIG_MAP, SECRET),
    wrong="A ConfigMap of extraAppConfig, or a Secret with RHDH's variables, was changed after its pods started.",
    why="The chart's checksums cover neither, and a file under a subPath is never refreshed: the old one is in force.",
    fix="Restart RHDH once, after each such change.",
    sources=("https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath",),
    check=check,
)
