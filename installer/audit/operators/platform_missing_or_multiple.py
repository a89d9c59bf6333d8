"""SonataFlowPlatform missing/multiple in ns."""

from collections.abc import Iterator

from installer.audit.about_platform import USUAL_NAME
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM
from installer.audit.object import Object
from installer.audit.remedy import CreateObject
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    # Overlays of a repository hold the same platform several times: that is one.
    here: dict[str, dict[str, Object]] = {}
    for one in snapshot.of(PLATFORM):
        here.setdefault(one.namespace, {})[one.name] = one
    for namespace, found in here.items():
        if namespace and len(found) > 1:
            youngest = max(found.values(), key=lambda one: (one.text("metadata", "creationTimestamp"), one.name))
            observed = f"{', '.join(sorted(found))} in {namespace}"
            yield Found(youngest.at(), observed, "one SonataFlowPlatform", key="several")
    if not here and snapshot.plugin("orchestrator-backend") is not None:
        namespace = snapshot.release.infrastructure_namespace or snapshot.namespace
        snapshot.within(PLATFORM, namespace)  # was it read there?
        yield _absent(namespace)


def _absent(namespace: str) -> Found:
    spot = missing(PLATFORM, namespace, USUAL_NAME, "v1alpha08")
    metadata = {"name": USUAL_NAME, "namespace": namespace}
    database = {"secretRef": {"name": "<SECRET>"}, "serviceRef": {"name": "<SERVICE>"}}
    services = {"dataIndex": {"enabled": True}, "jobService": {"enabled": True}}
    manifest = {
        "apiVersion": spot.ref.api_version,
        "kind": "SonataFlowPlatform",
        "metadata": metadata,
        "spec": {"persistence": {"postgresql": database}, "services": services},
    }
    return Found(spot, "there is none on the cluster", "one SonataFlowPlatform", CreateObject(manifest))


RULE = Rule(
    module=__name__,
    title="SonataFlowPlatform missing/multiple in ns",
    severity="critical",
    reads=(PLATFORM,),
    wrong="RHDH runs the Orchestrator and no SonataFlowPlatform is there, or a namespace has several.",
    why="Without one there is no data index; of several the operator makes the first work, and the others fail.",
    fix="Have exactly one SonataFlowPlatform in the namespace.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
