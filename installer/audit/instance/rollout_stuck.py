"""Newest ReplicaSet not ready while old serves."""

from collections.abc import Iterator
from datetime import timedelta

from installer.audit.about_instance import observed_deployment, replica_sets
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, REPLICA_SET
from installer.audit.object import number
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PATIENCE = timedelta(minutes=10)


def check(snapshot: Snapshot) -> Iterator[Found]:
    workload = observed_deployment(snapshot)
    found = replica_sets(snapshot, workload)
    if len(found) < 2:  # noqa: PLR2004 - an old one and a new one
        return
    newest = found[-1]
    serving = [one for one in found[:-1] if number(one.get("status", "readyReplicas"))]
    wanted, ready = number(newest.get("spec", "replicas")), number(newest.get("status", "readyReplicas")) or 0
    if serving and wanted and ready < wanted and snapshot.age(newest.created) > PATIENCE:
        minutes = int(snapshot.age(newest.created).total_seconds() // 60)
        observed = (
            f"{newest.name} has {ready} of {wanted} pods ready after {minutes} min; {serving[-1].name} still serves"
        )
        logs = f"oc -n {workload.namespace} logs replicaset/{newest.name} -c install-dynamic-plugins"
        yield Found(workload.at("status"), observed, "the newest pods are ready", Run((logs,)), key="newest")


RULE = Rule(
    module=__name__,
    title="Newest ReplicaSet not ready while old serves",
    severity="critical",
    reads=(DEPLOYMENT, REPLICA_SET),
    wrong="Pods with the newest configuration have not become ready for ten minutes, and old ones serve the portal.",
    why="The portal looks well and runs the old configuration; when the old pod goes, there is none.",
    fix="Read what the newest pod's installer of plugins and its backend say, and put that right.",
    sources=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status",),
    check=check,
)
