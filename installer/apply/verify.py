"""Looks, at the end, whether everything is as it was meant to be. Writes nothing, and takes nothing unseen for well."""

from collections.abc import Sequence

from installer.apply.explaining import Crashed
from installer.apply.following import Following, in_time, on_time
from installer.apply.hands import Hands
from installer.cluster.cluster import Object, Objects
from installer.cluster.errors import Forbidden, NotFound, Refused
from installer.cluster.kinds import CONFIG_MAP, ENDPOINT_SLICE, PLATFORM, POD, REPLICA_SET, kind_of
from installer.cluster.watching import watch
from installer.instance.operator import INIT_CONTAINER
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import Verify
from installer.plan.readiness import by_condition, newest_pods, selector, why_not
from installer.plan.standing import has_ready_endpoint, mounted, older_than, tells, unnamed

_DATA_INDEX = "{}-data-index-service"
_LOG_LINES = 5000
# What a further rollout of RHDH's operator puts right, and the seconds in which it begins one.
_BEHIND = ("pod-older", "plugin-not-installed")
_PATIENCE = 60.0


def carry_out(step: Verify, hands: Hands) -> None:
    """Verify the end state; it may be asked again as often as one likes.

    Raises InstallerError: FINDINGS where something is not as it should be, with the command that shows it,
    UNREACHABLE where the data index or the platform did not come up in time.
    """
    if hands.target.flavour == "operator":
        _runs_it_soon(step, hands)
    else:
        _runs_it(step, hands)
    if step.platform:
        _answers(step.platform, hands)


def _runs_it_soon(step: Verify, hands: Hands) -> None:
    """As `_runs_it`, with a rollout of RHDH's operator that is still to come.

    A run that was stopped between its two ConfigMaps has a rollout for each, and the first is over when it goes on:
    https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md
    """
    generation = _generation(hands)
    try:
        _runs_it(step, hands)
    except InstallerError as finding:
        workload = hands.target.workload
        if finding.problems[0].code not in _BEHIND or workload is None:
            raise
        said = finding  # `finding` is gone when it is raised later
        Following(hands, workload).begun(generation, _PATIENCE, lambda: said)
        _runs_it(step, hands)


def _generation(hands: Hands) -> int:
    ref = hands.target.workload
    return int(hands.cluster.get(kind_of(ref), ref.name, ref.namespace)["metadata"]["generation"]) if ref else 0


def _runs_it(step: Verify, hands: Hands) -> None:
    """The newest pod runs, is newer than what it reads, and has installed the plugins."""
    pod = _newest_pod(hands)
    _is_newer(pod, hands)
    _lists(step.packages, pod, hands)


def _newest_pod(hands: Hands) -> Object:
    """The youngest pod of the newest template, which must run."""
    workload = hands.target.workload
    if workload is None:
        raise _finding("workload-missing", f"RHDH {hands.target.address} has no workload", "kubectl get deployments -A")
    try:
        Following(hands, workload).ended()
    except Crashed as crash:  # what a rollout has to answer for came before this
        raise InstallerError(*crash.problems) from None
    found = hands.cluster.get(kind_of(workload), workload.name, workload.namespace)
    newest = newest_pods(found, _sets(workload, found, hands), _pods(found, hands))
    if not newest:
        fix = f"kubectl get pods -n {workload.namespace}"
        raise _finding("pod-missing", f"{workload} has no pod of its newest template", fix)
    return dict(max(newest, key=lambda one: str(one["metadata"]["creationTimestamp"])))


def _pods(workload: Object, hands: Hands) -> Objects:
    return hands.cluster.list(POD, workload["metadata"]["namespace"], labels=selector(workload))


def _sets(ref: Ref, workload: Object, hands: Hands) -> Objects:
    return hands.cluster.list(REPLICA_SET, ref.namespace, labels=selector(workload)) if ref.kind == "Deployment" else []


def _is_newer(pod: Object, hands: Hands) -> None:
    """The pod has been made after the ConfigMaps that it reads at its start."""
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    older = older_than(pod, _config_maps(mounted(pod), namespace, hands))
    if older:
        message = f"pod {namespace}/{name} is older than the configuration in ConfigMap {', '.join(older)}"
        options = f"--instance {hands.target.address}"
        fix = f"rhdh-orchestrator restart {options}, then rhdh-orchestrator resume {options}"
        raise _finding("pod-older", message, fix)


def _config_maps(names: Sequence[str], namespace: str, hands: Hands) -> Objects:
    found = []
    for name in names:
        try:
            found.append(hands.cluster.get(CONFIG_MAP, name, namespace))
        except NotFound:  # an optional one
            continue
    return found


def _lists(packages: Sequence[str], pod: Object, hands: Hands) -> None:
    """The plugin installer's log of the newest pod names every package."""
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    if not packages:
        return
    try:
        log = hands.cluster.logs(namespace, name, INIT_CONTAINER, tail=_LOG_LINES)
    except (Forbidden, NotFound, Refused) as error:
        hands.progress(f"not checked: whether the plugins were installed ({error.problems[0].message})")
        return
    missing = unnamed(packages, log)
    if missing and (not tells(log) or len(log.splitlines()) >= _LOG_LINES):
        hands.progress(
            "not checked: whether the plugins were installed (the beginning of the plugin installer's log is gone)"
        )
    elif missing:
        message = f"the log of {INIT_CONTAINER} in pod {namespace}/{name} names no {', '.join(missing)}"
        raise _finding("plugin-not-installed", message, f"kubectl logs -n {namespace} {name} -c {INIT_CONTAINER}")


def _answers(namespace: str, hands: Hands) -> None:
    """The platform has succeeded, and its data index has an address that is ready."""
    platform = _platform(namespace, hands)
    name = platform["metadata"]["name"]
    services = (platform.get("spec") or {}).get("services") or {}
    if not (services.get("dataIndex") or {"enabled": False}).get("enabled", True):
        hands.progress(f"not checked: the data index, which SonataFlowPlatform {namespace}/{name} does not run itself")
        return
    _await_endpoint(_DATA_INDEX.format(name), namespace, hands)


def _platform(namespace: str, hands: Hands) -> Object:
    """The namespace's platform once it has the condition `Succeed`; there can be only one."""
    what, last = f"SonataFlowPlatform in {namespace}", "there is none"

    def late() -> InstallerError:
        fix = f"kubectl describe sonataflowplatforms.sonataflow.org -n {namespace}"
        return _late("platform-not-ready", f"{what}: {last}", fix)

    if hands.cluster.find(PLATFORM) is None:
        raise _finding("platform-missing", f"this cluster serves no {PLATFORM}", "rhdh-orchestrator check")
    with in_time(hands.cluster.deadline, late):
        for event in watch(hands.cluster, PLATFORM, namespace, until=on_time(hands.cluster.deadline)):
            last = why_not(by_condition(event.object, "Succeed"))
            if event.type != "DELETED" and not last:
                return event.object
            hands.progress.wait(what, last)
    raise late()


def _await_endpoint(service: str, namespace: str, hands: Hands) -> None:
    what = f"Service {namespace}/{service}"

    def late() -> InstallerError:
        fix = f"kubectl get pods -n {namespace} -l sonataflow.org/service={service}"
        return _late("data-index-not-ready", f"{what} has no ready endpoint", fix)

    hands.progress.wait(what, "it has no ready endpoint yet")
    slices: dict[str, Object] = {}
    until, labels = on_time(hands.cluster.deadline), f"kubernetes.io/service-name={service}"
    with in_time(hands.cluster.deadline, late):
        for event in watch(hands.cluster, ENDPOINT_SLICE, namespace, until=until, labels=labels):
            slices[event.object["metadata"]["name"]] = event.object
            if event.type == "DELETED":
                del slices[event.object["metadata"]["name"]]
            if has_ready_endpoint(slices.values()):
                return
    raise late()


def _finding(code: str, message: str, fix: str) -> InstallerError:
    return fail(ExitCode.FINDINGS, code, message, fix=fix)


def _late(code: str, message: str, fix: str) -> InstallerError:
    return fail(ExitCode.UNREACHABLE, code, message, fix=fix)
