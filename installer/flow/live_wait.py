"""`wait`: looks as `status` does until all is well, within the command's time. Writes nothing."""

from contextlib import closing
from dataclasses import replace

from installer.apply.hands import Progress
from installer.cluster.connect import connect
from installer.cluster.deadline import Deadline
from installer.cluster.errors import ASK_THE_API, Unreachable
from installer.cluster.options import ConnectionOptions
from installer.flow.live_status import look_at
from installer.flow.saying import discreet
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report

# Seven kinds in three namespaces decide: one look at all of them costs less than watching each.
_PAUSE = 3.0
_WHAT = "the Orchestrator"


@discreet
def wait(
    connection: ConnectionOptions, instance: str | None, *, progress: Progress, first: float | None = None
) -> Report:
    """The report of `status` once it is healthy; with an error (UNREACHABLE) that says what is missing at the end.

    An API that does not answer for a while is waited for too. Raises InstallerError: TARGET, DENIED.

    :param first: seconds in which the API has to answer once; None is all of the time
    """
    whole = Deadline.after(connection.timeout, connection.request_timeout)
    until = Deadline.after(first, connection.request_timeout) if first else whole
    last: Report | None = None
    while True:
        found = _look(connection, instance, until, progress)
        if found is not None:
            last, until = found, whole
        if last is not None and (last.errors or (last.result or {})["healthy"]):
            return last
        if until.left <= _PAUSE:
            return _late(last, first or connection.timeout)
        until.sleep(_PAUSE)


def _look(connection: ConnectionOptions, instance: str | None, until: Deadline, progress: Progress) -> Report | None:
    """One look over a new connection, as one that lives on would not hear of kinds that are installed meanwhile."""
    with closing(connect(replace(connection, timeout=until.left))) as cluster:
        try:
            report = look_at(cluster, instance, connection.namespace)
        except Unreachable as error:
            progress.wait(_WHAT, error.problems[0].message)
            return None
    progress.wait(_WHAT, "; ".join((report.result or {})["reasons"]))
    return report


def _late(last: Report | None, seconds: float | None) -> Report:
    if last is None:
        message = f"the API has not answered within {seconds:.0f} s"
        return Report(errors=(Problem("api-unreachable", message, None, ASK_THE_API, ExitCode.UNREACHABLE),))
    why = "; ".join((last.result or {})["reasons"])
    message = f"the Orchestrator does not work yet: {why}"
    fix = "wait longer, with --timeout DURATION; what was never installed comes with rhdh-orchestrator install"
    problem = Problem("not-healthy", message, None, fix, ExitCode.UNREACHABLE)
    return replace(last, errors=(problem,))
