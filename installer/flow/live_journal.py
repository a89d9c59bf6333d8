"""Which runs an instance has had and how they stand: `history`, and which one is meant. Writes nothing."""

from contextlib import closing

from installer.apply.header import Header
from installer.apply.journal import Entry, Journal, forget, runs, runs_of, unknown
from installer.cluster.cluster import Cluster, Objects
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.live_instance import described, find
from installer.flow.saying import discreet
from installer.model.change import Flavour
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.report import Report
from installer.model.run import RunState, Target


@discreet
def history(connection: ConnectionOptions, instance: str | None) -> Report:
    """The runs of an instance, the newest first. Raises InstallerError (TARGET, DENIED, UNREACHABLE)."""
    with closing(connect(connection)) as cluster:
        running = find(cluster, instance, connection.namespace).running
        found = runs(cluster, running.namespace, running.name)
        rows = [(one.header, standing(cluster, running.namespace, running.name, one.header)) for one in found]
        result = {
            "instance": described(running, None),
            "runs": [
                {"run": one.run, "command": one.command, "state": state, "started": one.started} for one, state in rows
            ],
        }
        return Report(result, _text(rows))


def standing(cluster: Cluster, namespace: str, instance: str, header: Header) -> RunState:
    """How a run stands: one that says it is running, while nobody holds the Lease, was interrupted."""
    from installer.apply.lease import is_held  # noqa: PLC0415 - planning asks only which run has stopped

    if header.state == "running" and not is_held(cluster, namespace, instance):
        return "interrupted"
    return header.state


def unfinished(cluster: Cluster, namespace: str, instance: str) -> Header | None:
    """The run that stopped before its end and may be taken up again (the newest, and there is one at most)."""
    return _open_one(runs(cluster, namespace, instance))


def unfinished_of(secrets: Objects, instance: str) -> Header | None:
    """As `unfinished`, of Secrets that were read already."""
    return _open_one(runs_of(secrets, instance))


def _open_one(found: tuple[Entry, ...]) -> Header | None:
    return next((one.header for one in found if one.header.is_open), None)


def chosen(found: tuple[Entry, ...], run: str | None, namespace: str) -> Entry | None:
    """The run of that name, or the newest; None where there has been none. Raises InstallerError (TARGET)."""
    if run is None:
        return found[0] if found else None
    named = [one for one in found if one.header.run == run]
    if not named:
        raise unknown(run, namespace)
    return named[0]


def refuse_unfinished(cluster: Cluster, target: Target) -> None:
    """Raises InstallerError (CONFLICT) where a run has stopped before its end: what it wrote may not be in force."""
    stopped = unfinished(cluster, target.namespace, target.name)
    if stopped is not None:
        raise _unfinished(stopped)


def refuse_another(flavour: Flavour, journal: Journal) -> None:
    """Raises InstallerError (CONFLICT) for a run of another RHDH, which had the name before this one."""
    target, run = journal.run.target, journal.header.run
    if target.flavour == flavour:
        return
    message = (
        f"run {run} ({journal.header.command} of {journal.header.started}) is of another RHDH {target.address}, of "
        f"flavour {target.flavour}; the one of that name is {flavour} now"
    )
    fix = f"nothing of it is carried out any more; this forgets it: {forget(run, target.namespace)}"
    raise fail(ExitCode.CONFLICT, "run-of-another", message, fix=fix)


def _unfinished(stopped: Header) -> InstallerError:
    message = f"run {stopped.run} ({stopped.command} of {stopped.started}) has stopped before its end"
    fix = (
        f"rhdh-orchestrator resume --instance {stopped.instance}, or rhdh-orchestrator undo "
        f"--instance {stopped.instance}"
    )
    return fail(ExitCode.CONFLICT, "run-unfinished", message, fix=fix)


def _text(rows: list[tuple[Header, RunState]]) -> str:
    if not rows:
        return "no run yet\n"
    lines = [f"{one.run}  {state:<11}  {one.command:<9}  {one.started}" for one, state in rows]
    return "".join(f"{line}\n" for line in lines)
