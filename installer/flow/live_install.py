"""Installs the Orchestrator on the RHDH of a cluster: look, plan, predict, confirm, carry out. Prints nothing.

`plan` stops before the question and writes what it would do to a file; `apply` carries such a file out.
"""

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from installer.apply.hands import Hands, Progress
from installer.apply.journal import load
from installer.cluster.cluster import Cluster
from installer.cluster.connect import connect
from installer.cluster.eyes import Eyes
from installer.cluster.options import ConnectionOptions
from installer.flow.live_instance import find
from installer.flow.live_journal import refuse_another, unfinished_of
from installer.flow.live_planning import Prepared, prepare
from installer.flow.live_report import gated, refusals, report_of, text_of, values_not_applied
from installer.flow.live_runs import Confirm, Means, Outcome, require_to_go_on, start, take_up
from installer.flow.live_secrets import secrets
from installer.flow.new_run import begun_now
from installer.flow.published import compared
from installer.flow.saying import discreet
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.report import Report
from installer.model.request import InstallRequest, LiveRequest
from installer.model.run import Run, Target, name_of

if TYPE_CHECKING:
    from installer.flow.plan_file import Planned


@dataclass(frozen=True, slots=True)
class Talk:
    """How a command talks with whoever runs it."""

    confirm: Confirm
    progress: Progress


def install(means: Means, eyes: Eyes, request: InstallRequest, live: LiveRequest, talk: Talk) -> Report:
    """Raises InstallerError for what stops the command before its first write.

    :param eyes: on the cluster of `means`; what they have read ahead is of this moment
    """
    if not request.dry_run:
        stopped = continued(means, request, talk, eyes)
        if stopped is not None:
            return stopped
    prepared, problems = _prepared(means, eyes, request, live, talk)
    return answered(means, prepared, problems, request, talk)


def answered(
    means: Means, prepared: Prepared, problems: tuple[Problem, ...], request: InstallRequest, talk: Talk
) -> Report:
    """From a plan on: preview, confirm, carry out. Raises as `install`; `problems` stand in the way."""
    report = report_of(prepared, request)
    if problems:
        return replace(report, errors=problems)
    if request.dry_run:
        return _dry(prepared, report, request)
    if not prepared.run.steps:
        return _with_values(prepared, gated(report, request))
    return _with_values(prepared, gated(_carried_out(means, prepared, report, request, talk), request))


def plan(means: Means, eyes: Eyes, request: InstallRequest, live: LiveRequest, talk: Talk) -> Report:
    """What `install` would do, and with `out` a file that `apply` carries out. Parameters and errors as `install`."""
    prepared, problems = _prepared(means, eyes, request, live, talk)
    report = report_of(prepared, request)
    if problems:
        return replace(report, errors=problems)
    from installer.flow import plan_file  # noqa: PLC0415 - `install` writes none

    if live.out:
        plan_file.write(live.out, plan_file.Planned(prepared.run, means.cluster.server, prepared.base))
    result = {**(report.result or {}), "file": live.out}
    text = f"{report.text}{plan_file.how_to_apply(live.out)}"
    return _with_values(prepared, gated(replace(report, result=result, text=text), request))


@discreet
def apply(
    connection: ConnectionOptions, file: str, helm: str | None, talk: Talk, *, yes: bool, instance: str | None = None
) -> Report:
    """Carries out what `plan` wrote. Raises InstallerError: CONFLICT where the cluster has moved, naming the object.

    :param instance: as --instance says it; TARGET where the plan is for another
    """
    from installer.flow import plan_file  # noqa: PLC0415
    from installer.flow.live_check_permissions import require_all  # noqa: PLC0415
    from installer.flow.live_drift import refuse_drift  # noqa: PLC0415

    planned = plan_file.read(file)
    plan_file.refuse_other_instance(planned.run.target, instance, connection.namespace)
    with closing(connect(connection)) as cluster:
        _refuse_other_cluster(cluster, planned)
        run = begun_now(planned.run, "apply")
        if not run.steps:
            return Report(_result(run, Outcome(None, ()), {}), "nothing to do\n")
        means = Means(connection, cluster, helm, talk.progress)
        require_all(cluster, run)
        refuse_drift(cluster, run, planned.base)
        report = Report(_result(run, Outcome(None, ()), {}), "".join(f"step: {name_of(one)}\n" for one in run.steps))
        refused = None if yes else _asked(talk.confirm, run, "")
        if refused is not None:
            return replace(report, errors=(refused,))
        outcome = start(means, run, ready=lambda hands: refuse_drift(hands.cluster, run, planned.base))
        result = _result(run, outcome, report.result or {})
        return replace(report, result=result, text=told(outcome), errors=outcome.problems)


def told(outcome: Outcome) -> str:
    """How each step ended, and the run."""
    lines = "".join(f"{one.state:<7}  {one.name}\n" for one in outcome.steps)
    return f"{lines}run {outcome.run}: {'not finished' if outcome.problems else 'verified'}\n"


def _prepared(
    means: Means, eyes: Eyes, request: InstallRequest, live: LiveRequest, talk: Talk
) -> tuple[Prepared, tuple[Problem, ...]]:
    """The plan, and what stands in its way; registries are asked only where nothing else does."""
    prepared = prepare(means.cluster, eyes, means.connection.namespace, request, live, talk.progress)
    problems = refusals(prepared, live)
    if problems or live.operators_only:
        return prepared, problems
    hashes = compared(prepared.made.prediction, request.registry, talk.progress)
    return replace(prepared, hashes=hashes), hashes.problems


def continued(means: Means, request: InstallRequest, talk: Talk, eyes: Eyes | None = None) -> Report | None:
    """A run that stopped is brought to its end first; its report where that fails."""
    eyes = eyes or Eyes(means.cluster)
    running = find(eyes, request.instance, means.connection.namespace).running
    stopped = unfinished_of(secrets(eyes, running.namespace), running.name)
    if stopped is None:
        return None
    eyes.forget()
    journal = load(means.cluster, running.namespace, stopped.run)
    refuse_another(running.flavour, journal)
    require_to_go_on(means.cluster, journal)
    said = f"run {stopped.run} ({stopped.command} of {stopped.started}) has stopped before its end"
    talk.progress(f"{said}: going on with it first")
    if not request.yes:
        answer = talk.confirm(f"{said}. Go on with it?", "")
        if not answer:
            raise InstallerError(_unconfirmed(answer))
    outcome = take_up(means, Target(running.flavour, running.namespace, running.name, "", None, None), stopped.run)
    return Report(outcome.result(running), errors=outcome.problems) if outcome.problems else None


def _dry(prepared: Prepared, report: Report, request: InstallRequest) -> Report:
    report = _with_values(prepared, report)
    return gated(report, request, pending=bool(prepared.run.steps) or prepared.values is not None)


def _carried_out(means: Means, prepared: Prepared, report: Report, request: InstallRequest, talk: Talk) -> Report:
    run = prepared.run
    from installer.flow.live_check_permissions import require_all  # noqa: PLC0415 - most plans have nothing to do

    require_all(means.cluster, run)
    if not request.yes:
        diff = "".join(dict.fromkeys(change.diff for change in report.changes))
        refused = _asked(talk.confirm, run, diff)
        if refused is not None:
            return replace(report, errors=(refused,))

    def ready(hands: Hands) -> None:
        from installer.flow.live_drift import refuse_drift  # noqa: PLC0415 - most plans have nothing to carry out

        refuse_drift(hands.cluster, run, prepared.base)

    outcome = start(means, run, ready=ready)
    done = "not finished" if outcome.problems else _end(prepared)
    # Whoever was asked has seen the diff with the question.
    text = text_of(prepared, diff=request.yes, done=f"run {outcome.run}: {done}")
    return replace(report, result=_result(run, outcome, report.result or {}), text=text, errors=outcome.problems)


def _end(prepared: Prepared) -> str:
    return "verified" if values_not_applied(prepared) is None else "done, without the values of RHDH's own release"


def _result(run: Run, outcome: Outcome, more: Any) -> dict[str, Any]:
    """`{run, instance, steps}` of an outcome; before it every step is pending."""
    marks = [{"name": one.name, "state": one.state} for one in outcome.steps]
    target = run.target
    instance = {"flavour": target.flavour, "managedBy": None, "name": target.name, "namespace": target.namespace}
    instance |= {"version": target.release, "versionSource": "plan"}
    base = {"instance": instance, **more}
    return {**base, "run": outcome.run, "steps": marks or [{"name": name_of(s), "state": "pending"} for s in run.steps]}


def _asked(confirm: Confirm, run: Run, diff: str) -> Problem | None:
    steps = "".join(f"  {name_of(step)}\n" for step in run.steps)
    answer = confirm(f"Carry out {len(run.steps)} step(s) on {run.target.address}?", f"{diff}{steps}")
    return None if answer else _unconfirmed(answer)


def _unconfirmed(answer: bool | None) -> Problem:  # noqa: FBT001 - what `Confirm` gives
    message = "not confirmed: nothing was written" if answer is False else "nobody can be asked: nothing was written"
    return Problem("not-confirmed", message, None, "add --yes to write, or --dry-run to look", ExitCode.UNCONFIRMED)


def _with_values(prepared: Prepared, report: Report) -> Report:
    """The values that RHDH's chart still has to get are an error of the report: what follows them is not there."""
    missing = values_not_applied(prepared)
    return replace(report, errors=(*report.errors, missing)) if missing else report


def _refuse_other_cluster(cluster: Cluster, planned: "Planned") -> None:
    if cluster.server != planned.server:
        message = f"the plan was made for {planned.server}; this is {cluster.server}"
        raise fail(ExitCode.TARGET, "other-cluster", message, fix="choose that cluster with --context CONTEXT")
