"""Checks of RHDH itself: who owns what we would write, pending Helm operations, is it healthy now. Write nothing."""

from collections.abc import Iterator

from installer.cluster.cluster import Object, Objects
from installer.cluster.errors import Forbidden, NotFound
from installer.cluster.kinds import CONFIG_MAP, POD, REPLICA_SET, SECRET
from installer.flow.live_check_helm import pending_operation
from installer.flow.live_gitops import applications_of
from installer.flow.live_look import Look, Verdict, address, failed, passed, warned
from installer.instance.tracking import SHARED_LABEL, application_of, claimed, keeper_of
from installer.plan.readiness import Failed, Ready, newest, of_owner, pods, rollout, why_not

_PENDING = "pending-install,pending-upgrade,pending-rollback,uninstalling"


def ownership(look: Look) -> Verdict:
    """Of every object that we would write: is it somebody's who would take our change back?"""
    touched, missing = [], []
    for name, one in _touched(look):
        if one is None:
            missing.append(name)
        else:
            touched.append(one)
    if missing:
        return failed(f"RHDH refers to what is not there: {', '.join(missing)}", "make it, or correct the reference")
    try:
        applications, unseen = applications_of(look.cluster, touched), None
    except Forbidden as error:
        applications, unseen = [], error.problems[0]
    managed = [f"{_called(one)} ({by})" for one in touched if (by := _keeper(one, applications))]
    if managed:
        fix = "install into the repository: rhdh-orchestrator install --directory DIR, then commit"
        return failed(f"a GitOps controller would take our changes back: {', '.join(managed)}", fix)
    frozen = [_called(one) for one in touched if one.get("immutable")]
    if frozen:
        return failed(f"immutable, so nobody can change it: {', '.join(frozen)}", "replace it by one that is not")
    if look.running.flavour == "helm":
        reason = f"Helm release {look.running.name} owns RHDH: its configuration changes through helm upgrade"
        return warned(reason, "have the chart at hand for install --chart")
    if unseen is not None:
        claims = ", ".join(f"{_called(one)} ({SHARED_LABEL}: {said})" for one in touched if (said := claimed(one)))
        return warned(f"whether an Argo CD keeps {claims} could not be seen: {unseen.message}", unseen.fix)
    return passed(f"nobody else writes {', '.join(map(_called, touched))}")


def _keeper(one: Object, applications: Objects) -> str | None:
    return keeper_of(one) or (f"argocd, {found}" if (found := application_of(one, applications)) else None)


def _touched(look: Look) -> Iterator[tuple[str, Object | None]]:
    running = look.running
    # The workload of an operator or a chart is theirs, and never written by us.
    own = running.workload if running.flavour == "plain" else running.resource
    if own is not None:
        yield _called(own), own
    for name in dict.fromkeys(_maps(look)):
        yield f"ConfigMap {running.namespace}/{name}", _config_map(look, name)


def _maps(look: Look) -> Iterator[str]:
    """The ConfigMaps that hold RHDH's configuration: by the resource where there is one, else by the pod."""
    application = ((look.running.resource or {}).get("spec") or {}).get("application") or {}
    if look.running.resource is None:
        for volume in look.running.pod_spec.get("volumes") or []:
            if name := (volume.get("configMap") or {}).get("name"):
                yield str(name)
        return
    if name := application.get("dynamicPluginsConfigMapName"):
        yield str(name)
    for one in (application.get("appConfig") or {}).get("configMaps") or []:
        yield str(one["name"])


def _config_map(look: Look, name: str) -> Object | None:
    try:
        return look.cluster.get(CONFIG_MAP, name, look.running.namespace)
    except NotFound:
        return None


def _called(one: Object) -> str:
    return f"{one.get('kind') or 'object'} {address(one)}"


def helm(look: Look) -> Verdict:
    """A release that a dead helm left in the middle refuses every further upgrade."""
    labels = f"owner=helm,status in ({_PENDING})"
    pending = look.list(SECRET, look.running.namespace, labels)
    if not pending:
        return passed(f"no Helm operation is pending in {look.running.namespace}")
    operations = [pending_operation(one, _before(look, one)) for one in pending]
    said = ", ".join(operation for operation, _ in operations)
    undo = "; ".join(undo for _, undo in operations)
    return failed(f"a Helm operation is pending: {said}", f"wait for the helm that runs; if none does: {undo}")


def _before(look: Look, pending: Object) -> Objects:
    """Every revision of the same release."""
    name = (pending["metadata"].get("labels") or {}).get("name")
    return look.list(SECRET, look.running.namespace, f"owner=helm,name={name}")


def health(look: Look) -> Verdict:
    """The pods of the newest ReplicaSet: an old one that still serves hides a broken configuration."""
    running = look.running
    fix = "put that right first: install restarts RHDH, and would be blamed for it"
    if running.workload is None:
        return failed(f"RHDH {running.address} has no workload yet", "see the conditions of its Backstage resource")
    owner = _pod_owner(look, running.workload)
    if owner is None:
        return failed(f"{_called(running.workload)} has no ReplicaSet", fix)
    state = pods(of_owner(look.list(POD, running.namespace), owner))
    if isinstance(state, Ready):
        state = rollout(running.workload)
    if isinstance(state, Failed):
        return failed(f"RHDH {running.address}: {state.why}", fix)
    if not isinstance(state, Ready):
        return warned(f"RHDH {running.address} is not ready: {why_not(state)}", "wait until it is")
    return passed(f"every pod of {_called(owner)} is ready")


def _pod_owner(look: Look, workload: Object) -> Object | None:
    if workload["kind"] == "StatefulSet":
        return workload
    found = newest(look.list(REPLICA_SET, look.running.namespace), workload)
    return dict(found) if found is not None else None
