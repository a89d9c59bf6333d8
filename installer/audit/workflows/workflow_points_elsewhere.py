"""Managed props point elsewhere."""

from collections.abc import Iterator

from installer.audit.about_workflows import (
    Service,
    data_index,
    platform_of,
    properties,
    rhdh_data_index,
    service_of,
)
from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_PLATFORM, CONFIG_MAP, PLATFORM, WORKFLOW
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

URL = "kogito.data-index.url"


def check(snapshot: Snapshot) -> Iterator[Found]:
    workflows = snapshot.of(WORKFLOW)
    shown = _shown(snapshot) if workflows else None
    for one in workflows:
        wanted = shown or _own(snapshot, one)
        for each in properties(snapshot, one, "-managed-props"):
            found = service_of(each.value, one.namespace)
            if each.key == URL and wanted is not None and "$" not in each.value and found != wanted:
                yield Found(each.spot, f"{URL}={each.value}", f"{URL}=http://{'.'.join(wanted)}", key=URL)


def _shown(snapshot: Snapshot) -> Service | None:
    """RHDH's own data index, where it is a platform's."""
    shown = rhdh_data_index(snapshot) if snapshot.has_instance else None
    return shown if shown in {data_index(platform) for platform in snapshot.of(PLATFORM)} else None


def _own(snapshot: Snapshot, one: Object) -> Service | None:
    """The data index of the workflow's platform."""
    platform = platform_of(snapshot, one)
    return data_index(platform) if platform is not None else None


RULE = Rule(
    module=__name__,
    title="Managed props point elsewhere",
    severity="high",
    reads=(WORKFLOW, CONFIG_MAP, PLATFORM),
    also=(CLUSTER_PLATFORM,),
    wrong="A workflow reports to another data index than that of its platform, which RHDH asks.",
    why="Its definition and its runs are written where the portal does not look: it is not shown.",
    fix="Let the workflow's namespace belong to that platform (SonataFlowClusterPlatform, spec.platformRef).",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
