"""dynamic-plugins-root on RWO PVC with >1 replicas."""

from collections.abc import Iterator

from installer.audit.about_instance import template, workloads
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, VOLUME_CLAIM
from installer.audit.object import Object, dig, every, number, strings, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

VOLUME = "dynamic-plugins-root"
SHARED = "ReadWriteMany"


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in workloads(snapshot, (DEPLOYMENT,)):
        replicas = number(one.get("spec", "replicas"))
        for index, volume in every(template(one, "spec"), "volumes"):
            claim = _claim(snapshot, one, text(dig(volume, "persistentVolumeClaim", "claimName")))
            if volume.get("name") == VOLUME and claim is not None and (replicas or 1) > 1:
                modes = strings(claim.get("spec", "accessModes"))
                if SHARED not in modes:
                    observed = f"{claim.name} is {', '.join(modes) or 'of no access mode'}, for {replicas} pods"
                    yield Found(one.at("spec", "template", "spec", "volumes", index), observed, SHARED, key=VOLUME)


def _claim(snapshot: Snapshot, workload: Object, name: str) -> Object | None:
    return snapshot.named(VOLUME_CLAIM, name, workload.namespace) if name else None


RULE = Rule(
    module=__name__,
    title="dynamic-plugins-root on RWO PVC with >1 replicas",
    severity="medium",
    reads=(DEPLOYMENT, VOLUME_CLAIM),
    wrong="Several pods of RHDH install their plugins into one volume that only one node may write.",
    why="The second pod waits for the volume, or for the first one's lock, and a rollout never ends.",
    fix="Use an ephemeral volume for each pod (RHDH's own default), or a volume that is ReadWriteMany.",
    sources=("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",),
    check=check,
)
