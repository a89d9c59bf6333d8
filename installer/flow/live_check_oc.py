"""What only `oc` can say in a check: its version, and as whom it is logged in. Looks at nothing by itself."""

import os
from pathlib import Path

from installer.cluster.kinds import NAMESPACE
from installer.cluster.options import ConnectionOptions
from installer.flow.helm_binding import connected
from installer.flow.live_look import Look, Verdict, failed, passed, skipped, warned
from installer.model.errors import InstallerError
from installer.plan.operator_homes import HOMES
from installer.programs.oc import client_version, find_oc, inspect, whoami

VARIABLE = "RHDH_ORCHESTRATOR_OC"
_LONGEST = 600.0
_BESIDE = (*HOMES.values(), "knative-serving", "knative-eventing", "sonataflow-infra")


def oc(look: Look) -> Verdict:
    """Skipped unless somebody names an oc: starting what happens to be on the PATH is not our decision."""
    given = look.oc or os.environ.get(VARIABLE)
    if given is None:
        return skipped("no oc is given, and nothing here needs it", f"add --oc PATH, or set {VARIABLE}")
    try:
        found = find_oc(given, os.environ)
        assert found is not None  # noqa: S101 - one that is given is there, or it is an error
        return _asked(look, found)
    except InstallerError as error:
        problem = error.problems[0]
        return failed(problem.message, problem.fix or f"correct --oc or {VARIABLE}, or leave it out")


def archive(look: Look, folder: str) -> Verdict:
    """An archive for whoever gives support: RHDH's namespace and those of what the Orchestrator stands on."""
    target = Path(folder).absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        return failed(f"{folder} is no empty folder", "give a folder that is not there yet to --archive")
    try:
        found = find_oc(look.oc or os.environ.get(VARIABLE), os.environ)
        if found is None:
            return failed("there is no oc, which gathers the archive", f"add --oc PATH, or set {VARIABLE}")
        there = {one["metadata"]["name"] for one in look.list(NAMESPACE)}
        namespaces = [one for one in dict.fromkeys((look.running.namespace, *_BESIDE)) if one in there]
        seconds = look.cluster.deadline.left
        with connected(look.connection or ConnectionOptions(), os.environ) as connection:
            inspect(
                found, namespaces, target, connection=connection, environment=os.environ, timeout=min(seconds, _LONGEST)
            )
    except InstallerError as error:
        problem = error.problems[0]
        return failed(problem.message, problem.fix)
    return passed(f"{', '.join(namespaces)} gathered in {folder} (oc leaves the data of Secrets out)")


def _asked(look: Look, found: Path) -> Verdict:
    seconds = look.cluster.deadline.for_one()
    version = client_version(found, environment=os.environ, timeout=seconds)
    with connected(look.connection or ConnectionOptions(), os.environ) as connection:
        user = whoami(found, connection=connection, environment=os.environ, timeout=seconds)
    if user is None:
        return warned(f"oc {version} is not logged in", "oc login")
    return passed(f"oc {version}, logged in as {user}")
