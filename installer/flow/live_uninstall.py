"""Takes from a cluster what installations brought: find it, show it, confirm, remove it in order. Prints nothing.

RHDH's own configuration is not touched: `undo` puts that back.
"""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from installer.apply.hands import Hands, Progress
from installer.apply.journal import beside, runs
from installer.apply.lease import lease
from installer.apply.removal import ref_of, remove, uninstall_release
from installer.cluster.cluster import Cluster, Object
from installer.cluster.connect import connect
from installer.cluster.kinds import NETWORK_POLICY, PLATFORM
from installer.cluster.options import ConnectionOptions
from installer.flow.helm_binding import bound_helm
from installer.flow.live_check_permissions import require
from installer.flow.live_instance import Running, described, find, instances
from installer.flow.live_journal import unfinished
from installer.flow.live_permissions import needed
from installer.flow.live_removals import Deletion, Kept, Release, Removal, Told, occupied, removals
from installer.flow.saying import discreet
from installer.model.change import Change, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.permission import Permission
from installer.model.report import Report
from installer.model.run import RELEASE, State, Target

Confirm = Callable[[str, str], bool | None]


@dataclass(frozen=True, slots=True)
class UninstallRequest:
    """`instance` is NAMESPACE/NAME or NAME; `helm` the path of a helm; `told` what goes although it may be shared."""

    instance: str | None
    told: Told
    helm: str | None = None
    dry_run: bool = False
    yes: bool = False


@discreet
def uninstall(
    connection: ConnectionOptions, request: UninstallRequest, *, confirm: Confirm, progress: Progress
) -> Report:
    """Raises InstallerError for what stops the command before its first write: TARGET, DENIED, CONFLICT."""
    with closing(connect(connection)) as cluster:
        running = find(cluster, request.instance, connection.namespace).running
        _refuse_unfinished(cluster, running)
        _refuse_shared(cluster, running)
        found = removals(cluster, running, request.told)
        _refuse_used_elsewhere(cluster, running, found)
        states: dict[str, State] = {one.name: "skipped" if isinstance(one, Kept) else "pending" for one in found}
        warnings = _warnings(cluster, running)
        if request.dry_run or "pending" not in states.values():
            return _report(running, found, states, warnings=warnings)
        refused = None if request.yes else _asked(confirm, running, found)
        if refused is not None:
            return _report(running, found, states, warnings=warnings, errors=(refused,))
        permissions = _permissions(running, found, request.told)
        require(cluster, permissions, "uninstall", running.flavour, running.namespace)
        target = Target(running.flavour, running.namespace, running.name, "", None, None)
        with bound_helm(connection, request.helm) as helm:
            if any(isinstance(one, Release) for one in found):
                helm()  # one that is missing is said before the Lease is taken
            with lease(connection, target, until=cluster.deadline, progress=progress) as taken:
                _refuse_unfinished(cluster, running)
                problems = _carried_out(found, states, Hands(cluster, target, helm, progress, taken.held))
        return _report(running, found, states, warnings=warnings, errors=problems)


def _permissions(running: Running, found: tuple[Removal, ...], told: Told) -> tuple[Permission, ...]:
    platform = _platform(found)
    shared = told.operators or told.knative
    return needed("uninstall", running.flavour, running.namespace, platform, operators=shared)


def _carried_out(found: tuple[Removal, ...], states: dict[str, State], hands: Hands) -> tuple[Problem, ...]:
    """One after the other; what fails ends it, and the same command goes on from there."""
    for one in found:
        if states[one.name] != "pending":
            continue
        hands.progress.step(one.name, "pending")
        try:
            _take_away(one, hands)
        except InstallerError as error:
            states[one.name] = "failed"
            hands.progress.step(one.name, "failed")
            return error.problems
        states[one.name] = "done"
        hands.progress.step(one.name, "done")
    return ()


def _take_away(one: Removal, hands: Hands) -> None:
    match one:
        case Release(namespace=namespace, brought=brought):
            uninstall_release(namespace, brought, hands)
        case Deletion(objects=objects):
            for each in objects:
                _refuse_occupied(each, hands)
                remove(each, hands)
        case Kept():
            return


def _refuse_occupied(one: Object, hands: Hands) -> None:
    """Somebody may have moved in since the namespace was looked at."""
    why = occupied(hands.cluster, one["metadata"]["name"]) if one["kind"] == "Namespace" else ""
    if why:
        message = f"Namespace {one['metadata']['name']} stays: {why}"
        raise fail(ExitCode.CONFLICT, "namespace-occupied", message, fix="leave --namespaces out, or empty it")


def _refuse_unfinished(cluster: Cluster, running: Running) -> None:
    stopped = unfinished(cluster, running.namespace, running.name)
    if stopped is not None:
        message = f"run {stopped.run} ({stopped.command} of {stopped.started}) has stopped before its end"
        options = f"--instance {running.address}"
        fix = f"rhdh-orchestrator undo {options}, or rhdh-orchestrator resume {options}, then uninstall"
        raise fail(ExitCode.CONFLICT, "run-unfinished", message, fix=fix)


def _refuse_shared(cluster: Cluster, running: Running) -> None:
    """One Helm release serves every RHDH of a namespace: it goes with the last of them."""
    others = beside(cluster, running.namespace, running.name)
    there = instances(cluster, running.namespace) if others else frozenset[str]()
    using = {one.instance: one for one in reversed(others) if one.instance in there}
    if using:
        message = f"RHDH {', '.join(sorted(using))} uses the same infrastructure, which goes with {running.address}"
        undo = " and ".join(
            f"rhdh-orchestrator undo {one.run} --instance {name}" for name, one in sorted(using.items())
        )
        raise fail(ExitCode.CONFLICT, "infrastructure-shared", message, fix=f"{undo}, then uninstall")


def _refuse_used_elsewhere(cluster: Cluster, running: Running, found: tuple[Removal, ...]) -> None:
    """A platform may serve RHDHs of other namespaces: the release of each has policies of its own beside it."""
    platform = _platform(found)
    if platform is None:
        return
    marks = [one["metadata"].get("annotations") or {} for one in cluster.list(NETWORK_POLICY, platform)]
    others = {
        str(one.get("meta.helm.sh/release-namespace"))
        for one in marks
        if one.get("meta.helm.sh/release-name") == RELEASE
    } - {running.namespace}
    if others:
        names = ", ".join(sorted(others))
        message = f"the platform in {platform} is used by the RHDH of {names} too, and goes with {running.address}"
        fix = f"uninstall the Orchestrator there first: rhdh-orchestrator uninstall -n {min(others)}"
        raise fail(ExitCode.CONFLICT, "infrastructure-shared", message, fix=fix)


def _platform(found: tuple[Removal, ...]) -> str | None:
    """The namespace of the platform that goes, None where none does."""
    brought = [ref for one in found if isinstance(one, Release) for ref in one.brought]
    return next((ref.namespace for ref in brought if ref.kind == PLATFORM.kind), None)


def _warnings(cluster: Cluster, running: Running) -> tuple[Problem, ...]:
    """What a run changed of RHDH's configuration is still there, and cannot be undone without the journal."""
    done = [one.header.run for one in runs(cluster, running.namespace, running.name) if one.header.state == "done"]
    if not done:
        return ()
    message = f"RHDH {running.address} keeps the Orchestrator plugins that run {done[0]} has switched on"
    fix = f"first: rhdh-orchestrator undo {done[0]} --instance {running.address}; its journal goes with uninstall"
    return (Problem("plugins-stay", message, None, fix),)


def _asked(confirm: Confirm, running: Running, found: tuple[Removal, ...]) -> Problem | None:
    answer = confirm(f"Take this away from {running.address}?", "".join(_lines(found)))
    if answer:
        return None
    message = "not confirmed: nothing was written" if answer is False else "nobody can be asked: nothing was written"
    return Problem(
        "not-confirmed", message, None, "add --yes to take it away, or --dry-run to look", ExitCode.UNCONFIRMED
    )


def _report(
    running: Running,
    found: tuple[Removal, ...],
    states: dict[str, State],
    *,
    warnings: tuple[Problem, ...],
    errors: tuple[Problem, ...] = (),
) -> Report:
    kept = [{"object": str(one.ref), "reason": one.why} for one in found if isinstance(one, Kept)]
    result: dict[str, Any] = {
        "run": None,
        "instance": described(running, None),
        "steps": [{"name": one.name, "state": states[one.name]} for one in found],
        "kept": kept,
    }
    lines = "".join(f"{states[one.name]:<8} {line}" for one in found for line in _lines((one,)))
    text = lines or f"nothing of ours is on {running.address}\n"
    return Report(result, text, _changes(found), warnings, errors)


def _lines(found: tuple[Removal, ...]) -> list[str]:
    said: list[str] = []
    for one in found:
        match one:
            case Release(name=name, brought=brought):
                said.append(f"{name} ({', '.join(map(str, brought)) or 'nothing is left in it'})\n")
            case Kept(name=name, why=why):
                said.append(f"{name}: {why}\n")
            case Deletion(name=name):
                said.append(f"{name}\n")
    return said


def _changes(found: tuple[Removal, ...]) -> tuple[Change, ...]:
    changes: list[Change] = []
    for one in found:
        match one:
            case Release(brought=brought):
                changes += [_change(ref, "goes with the Helm release") for ref in brought]
            case Deletion(objects=objects):
                changes += [_change(ref_of(each), "ours") for each in objects]
            case Kept():
                pass
    return tuple(changes)


def _change(ref: Ref, why: str) -> Change:
    return Change("delete", ref, None, "helm" if "Helm" in why else "person", why, "")
