"""`restart`: one rollout of an RHDH by whoever does it in its flavour, followed to its end. Configures nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from installer.apply.hands import Hands, Progress
from installer.apply.lease import lease
from installer.apply.rollout import annotations, carry_out, follow
from installer.cluster.cluster import Cluster, Object
from installer.cluster.connect import connect
from installer.cluster.errors import Conflict
from installer.cluster.kinds import kind_of
from installer.cluster.options import ConnectionOptions
from installer.flow.live_check_permissions import require
from installer.flow.live_gitops import keeper_on
from installer.flow.live_instance import Running, described, find
from installer.flow.live_journal import unfinished
from installer.flow.live_permissions import needed
from installer.flow.saying import discreet
from installer.instance.live import ref_of
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.report import Report
from installer.model.run import MANAGER, Rollout, State, Target, name_of
from installer.plan.readiness import replicas
from installer.programs.helm import Helm

Confirm = Callable[[str, str], bool | None]
# The Backstage's first versions had no `spec.deployment.patch`.
_WITHOUT_PATCH = frozenset({"v1alpha1", "v1alpha2"})
_ATTEMPTS = 5  # the operator writes the resource's status meanwhile


@discreet
def restart(
    connection: ConnectionOptions, instance: str | None, *, yes: bool, confirm: Confirm, progress: Progress
) -> Report:
    """Restart one RHDH and wait until it runs. Raises InstallerError for what stops it before the first write.

    DENIED with every permission that is missing; FINDINGS where it is not for us to restart it, with the command that
    does; CONFLICT where a run is unfinished.
    """
    with closing(connect(connection)) as cluster:
        running = find(cluster, instance, connection.namespace).running
        workload = _restartable(cluster, running)
        permissions = needed("restart", running.flavour, running.namespace)
        require(cluster, permissions, "restart", running.flavour, running.namespace)
        step = Rollout(ref_of(workload), running.flavour, int(workload["metadata"]["generation"]))
        if not yes:
            answer = confirm(f"Restart RHDH {running.address}?", f"  {name_of(step)}\n")
            if not answer:
                return _report(running, step, "pending", _unconfirmed(answer))
        hands = Hands(cluster, _target(running, step.workload), _no_helm, progress, held=lambda: None)
        with _alone(connection, hands) as alone:
            now = cluster.get(kind_of(step.workload), step.workload.name, step.workload.namespace)
            return _restarted(running, replace(step, since=int(now["metadata"]["generation"])), alone)


def _restarted(running: Running, step: Rollout, hands: Hands) -> Report:
    """The old pods serve on where the new ones do not come up, so there is nothing to put back."""
    try:
        if step.flavour == "operator":
            _ask_operator(step, hands)
            follow(step, hands)
        else:
            carry_out(step, hands)
    except InstallerError as error:
        return _report(running, step, "failed", *error.problems)
    return _report(running, step, "done")


@contextmanager
def _alone(connection: ConnectionOptions, hands: Hands) -> Iterator[Hands]:
    """Nobody else writes meanwhile: neither a run at work nor one that stopped halfway.

    One that has only to look may well wait for this restart: that of a pod which is older than its configuration.
    """
    cluster, target = hands.cluster, hands.target
    with lease(connection, target, until=cluster.deadline, progress=hands.progress) as taken:
        stopped = unfinished(cluster, target.namespace, target.name)
        if stopped is not None and not stopped.has_only_to_look:
            message = f"run {stopped.run} ({stopped.command} of {stopped.started}) has stopped before its end"
            fix = f"rhdh-orchestrator resume --instance {target.address}"
            raise fail(ExitCode.CONFLICT, "run-unfinished", message, fix=fix)
        yield Hands(cluster, target, hands.helm, hands.progress, taken.held)


def _restartable(cluster: Cluster, running: Running) -> Object:
    """Its workload. Raises InstallerError (FINDINGS) where a restart of ours would not last, or not be ours to do."""
    workload = running.workload
    if workload is None:
        message = f"RHDH {running.address}: its operator has made no workload"
        raise fail(ExitCode.FINDINGS, "workload-missing", message, fix="rhdh-orchestrator check")
    called = f"{workload['kind'].lower()}/{workload['metadata']['name']} -n {running.namespace}"
    if replicas(workload) == 0:
        message = f"{ref_of(workload)} is scaled to 0 replicas"
        raise fail(ExitCode.FINDINGS, "workload-idle", message, fix=f"kubectl scale {called} --replicas 1")
    owner = keeper_on(cluster, running.resource or workload)
    by_hand = f"kubectl rollout restart {called}"
    if owner is not None:
        message = f"RHDH {running.address} is kept as Git says, by {owner}: a restart is to be written there"
        raise fail(ExitCode.FINDINGS, "managed-by-gitops", message, fix=by_hand)
    if running.flavour == "helm":
        message = f"{ref_of(workload)} belongs to the Helm release {running.name}, whose objects we do not write"
        raise fail(ExitCode.FINDINGS, "owned-by-helm", message, fix=by_hand)
    if running.resource is not None and _version(running.resource) in _WITHOUT_PATCH:
        message = f"Backstage {running.address} ({_version(running.resource)}) cannot say that it be restarted"
        raise fail(ExitCode.FINDINGS, "owned-by-operator", message, fix=by_hand)
    return workload


def _ask_operator(step: Rollout, hands: Hands) -> None:
    """An operator takes back what others write into its Deployment, and keeps what the Backstage says of pods.

    https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md (spec.deployment.patch)
    """
    resource = hands.target.resource
    assert resource is not None  # noqa: S101 - the operator's flavour is the one with a Backstage
    template = {"metadata": {"annotations": annotations(f"generation-{step.since}")}}
    change = {"spec": {"deployment": {"patch": {"spec": {"template": template}}}}}
    kind, name, namespace = kind_of(resource), resource.name, resource.namespace
    for _ in range(_ATTEMPTS):
        found = hands.cluster.get(kind, name, namespace)
        hands.held()
        version = found["metadata"]["resourceVersion"]
        try:
            hands.cluster.patch(kind, name, namespace, change, version=version, manager=MANAGER)
        except Conflict:
            continue
        return
    message = f"{resource} changes faster than it can be written"
    raise fail(ExitCode.CONFLICT, "conflict", message, fix="run the command again")


def _target(running: Running, workload: Ref) -> Target:
    release = running.version
    resource = ref_of(running.resource) if running.resource is not None else None
    version = release.number if release else ""
    return Target(running.flavour, running.namespace, running.name, version, resource, workload)


def _version(resource: Object) -> str:
    return str(resource["apiVersion"]).rpartition("/")[2]


def _no_helm() -> Helm:
    raise AssertionError  # a restart asks nothing of helm


def _unconfirmed(answer: bool | None) -> Problem:  # noqa: FBT001 - what `Confirm` gives
    message = (
        "not confirmed: nothing was restarted" if answer is False else "nobody can be asked: nothing was restarted"
    )
    return Problem("not-confirmed", message, None, "add --yes to restart", ExitCode.UNCONFIRMED)


def _report(running: Running, step: Rollout, state: State, *problems: Problem) -> Report:
    steps = [{"name": name_of(step), "state": state}]
    text = f"{state:<7}  {name_of(step)}\n"
    return Report({"run": None, "instance": described(running, None), "steps": steps}, text, errors=problems)
