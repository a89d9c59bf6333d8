"""ArgoCD ns / AppProject missing."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from installer.audit.finding import Found
from installer.audit.kinds import APP_PROJECT, APPLICATION, ARGOCD
from installer.audit.object import Object, strings
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

DEFAULT = "default"  # which Argo CD makes itself


def check(snapshot: Snapshot) -> Iterator[Found]:
    instances = snapshot.of(ARGOCD) if snapshot.is_read(ARGOCD) else ()
    applications = snapshot.of(APPLICATION)
    served = {place: _serving(instances, place) for place in {one.namespace for one in applications}}
    for one in applications:
        homes = served[one.namespace]
        if instances and not homes:
            yield Found(
                one.at("metadata", "namespace"), f"no Argo CD serves {one.namespace}", "an ArgoCD", key="argocd"
            )
        project = one.text("spec", "project") or DEFAULT
        places = homes or [one.namespace]
        if project != DEFAULT and not any(snapshot.exists(APP_PROJECT, project, place) for place in places):
            told = f"AppProject {project} is not in {', '.join(sorted(places))}"
            yield Found(one.at("spec", "project"), told, f"an AppProject {project}", key="project")


def _serving(instances: Iterable[Object], namespace: str) -> list[str]:
    """Where the instances are that look into a namespace."""
    return [one.namespace for one in instances if _serves(one, namespace)]


def _serves(instance: Object, namespace: str) -> bool:
    """Argo CD looks into its own namespace, and into those that it is told of."""
    told = strings(instance.get("spec", "sourceNamespaces"))
    return instance.namespace == namespace or any(fnmatchcase(namespace, one) for one in told)


RULE = Rule(
    module=__name__,
    title="ArgoCD ns / AppProject missing",
    severity="medium",
    reads=(APPLICATION, APP_PROJECT),
    also=(ARGOCD,),
    wrong="An Application is in a namespace that no Argo CD looks into, or in a project that is not there.",
    why="Argo CD does not sync it: what the software template or the pipeline has made is never deployed.",
    fix="Create the AppProject beside Argo CD, with the workflows' namespace as its destination; or an Argo CD there.",
    sources=("https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",),
    check=check,
)
