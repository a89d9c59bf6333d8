"""The preflight of an installation: runs every check and says of each pass, warn, fail or skip. Writes nothing."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from installer.cluster.cluster import Cluster
from installer.cluster.errors import Forbidden, NotServed
from installer.cluster.options import ConnectionOptions
from installer.flow import (
    live_check_cluster,
    live_check_helm_program,
    live_check_oc,
    live_check_operators,
    live_check_permissions,
    live_check_rhdh,
)
from installer.flow.live_instance import described, find
from installer.flow.live_look import Look, Verdict, skipped
from installer.knowledge.releases import Release, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.report import Report

Check = Callable[[Look], Verdict]
# In the order in which a person would put things right.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("api", live_check_cluster.api),
    ("oc", live_check_oc.oc),
    ("helm-program", live_check_helm_program.helm_program),
    ("release", live_check_cluster.known_release),
    ("permissions", live_check_permissions.permissions),
    ("olm", live_check_operators.olm),
    ("catalogs", live_check_operators.catalogs),
    ("packages", live_check_operators.packages),
    ("operators", live_check_operators.installed),
    ("operator-groups", live_check_operators.groups),
    ("leftovers", live_check_cluster.leftovers),
    ("storage", live_check_cluster.storage),
    ("ownership", live_check_rhdh.ownership),
    ("helm", live_check_rhdh.helm),
    ("rhdh", live_check_rhdh.health),
)

# What matters only where we install operators ourselves; which ones are there matters always.
_OF_OPERATORS = frozenset({"olm", "catalogs", "packages", "operator-groups"})


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """`instance` is NAMESPACE/NAME or NAME; `oc` an oc that may be asked; `archive` a folder for support.

    `helm` is the one that `install` would be given.
    """

    instance: str | None = None
    rhdh_version: str | None = None
    skip_operators: bool = False
    oc: str | None = None
    helm: str | None = None
    archive: str | None = None


def run(cluster: Cluster, connection: ConnectionOptions, request: CheckRequest) -> Report:
    """The report of `check`. A failed check is an error (FINDINGS); a warning is one of the report.

    Raises InstallerError: TARGET where there is no RHDH or there are several; Unreachable.
    """
    running = find(cluster, request.instance, connection.namespace).running
    version = running.version
    known = _release(request.rhdh_version, version.number if version else None)
    look = Look(cluster, running, known, request.skip_operators, request.oc, request.helm, connection)
    checks: tuple[tuple[str, Check], ...] = CHECKS
    if request.archive is not None:
        checks = (*CHECKS, ("archive", partial(_archived, request.archive)))
    found = [(name, _run(name, check, look)) for name, check in checks]
    result = {
        "instance": described(running, request.rhdh_version),
        "checks": [{"id": name, "status": one.status, "reason": one.reason, "fix": one.fix} for name, one in found],
    }
    return Report(
        result,
        _text(found),
        warnings=tuple(_problem(name, one, ExitCode.OK) for name, one in found if one.status == "warn"),
        errors=tuple(_problem(name, one, ExitCode.FINDINGS) for name, one in found if one.status == "fail"),
    )


def _archived(folder: str, look: Look) -> Verdict:
    return live_check_oc.archive(look, folder)


def _release(asked: str | None, found: str | None) -> Release | None:
    """The release that is asked for or runs; None where nothing tells or it is not known, which a check says."""
    if asked:
        return release(asked)
    try:
        return release(found) if found else None
    except InstallerError:
        return None


def _run(name: str, check: Check, look: Look) -> Verdict:
    """A check that could not look is skipped with the reason: it has not passed."""
    if look.skip_operators and name in _OF_OPERATORS:
        return skipped("--skip-operators: who installs the operators sees to it", "leave --skip-operators out")
    try:
        return check(look)
    except (Forbidden, NotServed) as error:
        problem = error.problems[0]
        return skipped(problem.message, problem.fix)


def _problem(name: str, verdict: Verdict, exit_code: ExitCode) -> Problem:
    return Problem(f"check-{name}", f"{name}: {verdict.reason}", None, verdict.fix, exit_code)


def _text(found: list[tuple[str, Verdict]]) -> str:
    width = max(len(name) for name, _ in found)
    lines = [f"{one.status:<4}  {name:<{width}}  {one.reason}" for name, one in found]
    counts = Counter(one.status for _, one in found)
    total = ", ".join(f"{counts[status]} {status}" for status in ("pass", "warn", "fail", "skip"))
    return "".join(f"{line}\n" for line in [*lines, total])
