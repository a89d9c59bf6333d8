"""docker-credentials missing/incomplete."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import PIPELINE, SECRET
from installer.audit.rule import Rule, Skip
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot

NAME, DEPLOYING = "docker-credentials", "workflow-deployment"
HOSTS = ("quay.io", "registry.redhat.io")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for namespace in sorted({one.namespace for one in snapshot.of(PIPELINE) if one.name == DEPLOYING}):
        found = snapshot.named(SECRET, NAME, namespace)
        if found is None or found.secret is None:
            yield Found(missing(SECRET, namespace, NAME), f"not in {namespace}", f"a Secret {NAME}")
            continue
        if found.secret.unknown:
            raise Skip(f"the values of Secret {namespace}/{NAME} were taken out of what was read")
        hosts = {host.partition("/")[0] for listed in found.secret.hosts.values() for host in listed}
        lacking = [host for host in HOSTS if host not in hosts]
        if lacking:
            yield Found(
                found.at(), f"credentials for {', '.join(sorted(hosts)) or 'none'}", f"also {', '.join(lacking)}"
            )


RULE = Rule(
    module=__name__,
    title="docker-credentials missing/incomplete",
    severity="high",
    reads=(PIPELINE, SECRET),
    wrong="The Secret of the pipeline that builds workflows is not there, or lacks a registry.",
    why="The build cannot pull its builder image from registry.redhat.io, or push the workflow's image to quay.io.",
    fix="Merge the credentials of both registries under auths of one Secret.",
    sources=("https://www.rhdhorchestrator.io/main/docs/installation/orchestrator/",),
    check=check,
)
