"""Data index / jobs deployment unavailable."""

from collections.abc import Iterator

from installer.audit.about_operators import PATIENCE
from installer.audit.about_platform import PlatformService, services
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, PLATFORM
from installer.audit.object import Object, number
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.shapes import condition_words, missing
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for platform in snapshot.observed(PLATFORM):
        is_young = platform.created is not None and snapshot.age(platform.created) < PATIENCE
        for service in services(platform) if not is_young else ():
            one = snapshot.named(DEPLOYMENT, service.name, platform.namespace)
            if one is None:
                spot = missing(DEPLOYMENT, platform.namespace, service.name, "apps/v1")
                yield Found(spot, f"Deployment {service.name} is not there", "a Deployment that is Available")
            elif one.is_observed:
                yield from _unavailable(service, one)


def _unavailable(service: PlatformService, one: Object) -> Iterator[Found]:
    """A Deployment that is scaled to 0 is Available, and serves nobody."""
    found, available = one.condition("Available"), number(one.get("status", "availableReplicas")) or 0
    if found.get("status") == "True" and available:
        return
    idle = found.get("status") == "True" or one.get("spec", "replicas") == 0
    observed = "scaled to 0 replicas" if idle else condition_words("Available", found)
    look = f"oc -n {one.namespace} logs deployment/{service.name} --all-containers --tail=50"
    yield Found(one.at("status"), observed, "Available: True", Run((look,)), key="available")


RULE = Rule(
    module=__name__,
    title="Data index / jobs deployment unavailable",
    severity="critical",
    reads=(PLATFORM, DEPLOYMENT),
    wrong="The data index or the jobs service that a platform names has no Deployment with an available pod.",
    why="Without the data index the Orchestrator shows no workflows; without the jobs service no timer fires.",
    fix="Read the log of its pod: mostly it does not reach its database.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
