"""Checks of the cluster as a whole: API, release, leftovers of the old generation, storage. Write nothing."""

from installer.cluster.errors import NotFound
from installer.cluster.kinds import CLUSTER_VERSION, CRON_JOB, OPENSHIFT, ORCHESTRATOR, STORAGE_CLASS
from installer.flow.live_look import Look, Verdict, address, failed, passed, warned
from installer.knowledge.matrix import combinations
from installer.knowledge.releases import minors

# What the Helm chart of the first generation leaves behind; it writes KnativeServing and the platform every minute.
RECONCILES = "orchestrator.rhdh.redhat.com/reconciles"
_DEFAULT_CLASS = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def api(look: Look) -> Verdict:
    """Reachable, and an OpenShift that the release supports."""
    version = look.cluster.version()
    if not look.cluster.serves(OPENSHIFT):
        return passed(f"{look.cluster.server} answers: Kubernetes {version}")
    openshift = _openshift(look)
    said = f"{look.cluster.server} answers: OpenShift {openshift or 'of an unknown version'}, Kubernetes {version}"
    bounds = look.release.openshift if look.release else None
    if not openshift or bounds is None or _number(bounds[0]) <= _number(openshift) <= _number(bounds[1]):
        return passed(said)
    supported = f"RHDH {look.release.minor if look.release else ''} is supported on {bounds[0]} to {bounds[1]}"
    return warned(f"{said}; {supported}", "use a supported combination (rhdh-orchestrator releases show X.Y)")


def _openshift(look: Look) -> str:
    try:
        found = look.cluster.get(CLUSTER_VERSION, "version")
    except NotFound:
        return ""
    return str(((found.get("status") or {}).get("desired") or {}).get("version") or "")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def known_release(look: Look) -> Verdict:
    found = look.running.version
    if look.release is None:
        said = f"RHDH {found.number} ({found.source}) is not known" if found else "nothing tells the release of RHDH"
        return failed(f"{said}; known are {minors()[0]} to {minors()[-1]}", "add --rhdh-version X.Y")
    rows = [one for one in combinations() if one.rhdh == look.release.minor]
    is_found = found is not None and found.number in (look.release.version, look.release.minor)
    told = f"RHDH {found.number} ({found.source})" if found and is_found else f"RHDH {look.release.version} (as told)"
    if not rows:
        return warned(
            f"{told} is known; the vendor's matrix has no row for it", "expect no support for the combination"
        )
    return passed(f"{told}: OpenShift Serverless Logic {rows[0].logic}, OpenShift Serverless {rows[0].serverless}")


def leftovers(look: Look) -> Verdict:
    """Another installer that is still at work would take back what we write."""
    jobs = look.list(CRON_JOB, labels=RECONCILES)
    alive = [address(one) for one in jobs if not (one.get("spec") or {}).get("suspend")]
    resources = [address(one) for one in look.list_or_none(ORCHESTRATOR)]
    if alive:
        names = ", ".join(alive)
        fix = "uninstall the chart that made them (helm uninstall), or suspend them: kubectl patch cronjob NAME"
        return failed(f"reconcile CronJobs of the first orchestrator chart still run: {names}", fix)
    if resources:
        fix = "delete the resource and its operator, or keep them and use --skip-operators"
        return failed(f"an Orchestrator resource of the former operator is there: {', '.join(resources)}", fix)
    if jobs:
        return warned(f"suspended reconcile CronJobs are left: {', '.join(map(address, jobs))}", "delete them")
    return passed("no reconcile CronJob and no Orchestrator resource of former installers")


def storage(look: Look) -> Verdict:
    """The bundled PostgreSQL claims a volume."""
    classes = look.list(STORAGE_CLASS)
    default = [one["metadata"]["name"] for one in classes if _is_default(one["metadata"].get("annotations") or {})]
    fix = "make one the default, or use a PostgreSQL of your own"
    if not classes:
        return failed("there is no StorageClass: the bundled PostgreSQL would never get its volume", fix)
    if not default:
        names = ", ".join(one["metadata"]["name"] for one in classes)
        return warned(f"no StorageClass is the default one; there is {names}", fix)
    if len(default) > 1:
        return warned(f"{len(default)} StorageClasses are marked as the default: {', '.join(default)}", "keep one")
    return passed(f"StorageClass {default[0]} is the default")


def _is_default(annotations: dict[str, str]) -> bool:
    return any(annotations.get(key) == "true" for key in _DEFAULT_CLASS)
