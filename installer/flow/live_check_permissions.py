"""Whether we may do what an installation needs. Uses none of it."""

from collections.abc import Sequence

from installer.cluster.access import missing
from installer.cluster.cluster import Cluster
from installer.flow.live_look import Look, Verdict, failed, passed
from installer.flow.live_permissions import Scope, needed
from installer.model.change import Flavour
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.permission import Permission
from installer.model.run import Operators, Run, Verify


def permissions(look: Look) -> Verdict:
    """Every missing verb by name."""
    running = look.running
    platform = look.release.infrastructure_namespace if look.release else None
    absent = missing(
        look.cluster, needed("install", running.flavour, running.namespace, platform, operators=not look.skip_operators)
    )
    if not absent:
        return passed("everything that an installation needs is allowed")
    return failed(f"not allowed: {said(absent)}", _fix(running.namespace, _words(look)))


def require(
    cluster: Cluster, permissions: Sequence[Permission], scope: Scope, flavour: Flavour, namespace: str
) -> None:
    """Raises InstallerError (DENIED) with one problem for each that is missing: asked before the first write.

    The roles of `scope`, for an RHDH of that flavour and namespace, hold all of them.
    """
    absent = missing(cluster, permissions)
    if absent:
        fix = _fix(namespace, f"--scope {scope} --flavour {flavour}")
        raise InstallerError(*(_problem(one, fix) for one in absent))


def require_all(cluster: Cluster, run: Run) -> None:
    """Raises InstallerError (DENIED) with everything that a run needs and is not given, as `require`."""
    target = run.target
    platform = next((one.platform for one in run.steps if isinstance(one, Verify)), target.namespace)
    operators = any(isinstance(one, Operators) for one in run.steps)
    scope: Scope = "install" if platform else "plugins"
    permissions = needed(scope, target.flavour, target.namespace, platform or None, operators=operators)
    require(cluster, permissions, scope, target.flavour, target.namespace)


def said(absent: Sequence[Permission]) -> str:
    """`in rhdh: patch configmaps, get pods/log; in all namespaces: create namespaces`."""
    by_place: dict[str, list[str]] = {}
    for one in absent:
        by_place.setdefault(one.namespace, []).append(str(one))
    return "; ".join(f"in {place or 'all namespaces'}: {', '.join(verbs)}" for place, verbs in by_place.items())


def _problem(one: Permission, fix: str) -> Problem:
    place = f"in namespace {one.namespace}" if one.namespace else "in all namespaces"
    return Problem("forbidden", f"not allowed: {one} {place}", None, fix, ExitCode.DENIED)


def _fix(namespace: str, words: str) -> str:
    return f"have the roles bound to you that this prints: rhdh-orchestrator rbac print -n {namespace} {words}"


def _words(look: Look) -> str:
    """What the roles of an installation depend on."""
    platform = look.release.infrastructure_namespace if look.release else None
    elsewhere = f" --infrastructure-namespace {platform}" if platform else ""
    return f"--flavour {look.running.flavour}{elsewhere}{' --skip-operators' if look.skip_operators else ''}"
