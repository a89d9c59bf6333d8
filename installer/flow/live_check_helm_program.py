"""Whether there is the helm that an installation would run, and whether it would run one. Asks no cluster by helm."""

import os

from installer.cluster.errors import Forbidden
from installer.cluster.kinds import PLATFORM
from installer.flow.live_look import Look, Verdict, failed, passed, skipped, warned
from installer.flow.live_survey import survey
from installer.model.errors import InstallerError
from installer.programs.connection import Connection
from installer.programs.helm import VARIABLE, find_helm

_LONGEST = 20.0


def helm_program(look: Look) -> Verdict:
    """Found as `install` finds it. One that somebody names has to be there, whether it is needed or not."""
    seconds = min(_LONGEST, look.cluster.deadline.for_one())
    try:
        found = find_helm(look.helm, connection=Connection(), environment=os.environ, timeout=seconds)
    except InstallerError as error:
        return _without(look, error)
    return passed(f"Helm {'.'.join(map(str, found.version))}, {found.path}")


def _without(look: Look, error: InstallerError) -> Verdict:
    problem = error.problems[0]
    is_named = look.helm or os.environ.get(VARIABLE)
    if is_named or problem.code != "helm-missing" or _is_needed(look):
        return failed(problem.message, problem.fix)
    if look.running.flavour == "helm":
        reason = f"the infrastructure is complete; new values of the Helm release {look.running.name} would need helm"
        return warned(reason, problem.fix)
    return skipped("the infrastructure is complete: an installation would run no helm", problem.fix)


def _is_needed(look: Look) -> bool:
    """Whether a stage of the infrastructure's Helm release is still to come. Raises Forbidden where we may not look."""
    if look.release is None or not look.list_or_none(PLATFORM):
        return True
    try:
        namespace, skip = look.running.namespace, look.skip_operators
        return bool(
            survey(look.cluster, look.cluster, namespace, look.release, skip_operators=skip).infrastructure.stages
        )
    except Forbidden:
        raise
    except InstallerError:
        return True  # what OLM or two platforms leave to a person; other checks say what
