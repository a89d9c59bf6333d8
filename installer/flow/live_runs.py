"""Runs on a cluster: begun by a command that has a plan, taken up by `resume`, put back by `undo`. Plans nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from installer.apply.hands import Hands, Progress
from installer.apply.header import Header, Mark
from installer.apply.journal import Entry, Journal, load, runs, tidy, write
from installer.cluster.cluster import Cluster
from installer.cluster.connect import connect
from installer.cluster.kinds import kind_of
from installer.cluster.options import ConnectionOptions
from installer.flow.live_instance import Running, described, find
from installer.flow.live_journal import chosen, refuse_another, refuse_unfinished
from installer.flow.saying import discreet
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.permission import Permission
from installer.model.report import Report
from installer.model.run import Infrastructure, Rollout, Run, State, Step, Target, Upgrade, Writes, name_of

Confirm = Callable[[str, str], bool | None]
_REHEARSAL = 60.0
STAYS = "operators, Knative and the SonataFlow platform stay as they are"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. `problems` are errors; `result` and the envelope's errors are made of it."""

    run: str | None
    steps: tuple[Mark, ...]
    problems: tuple[Problem, ...] = ()

    def result(self, running: Running) -> dict[str, object]:
        """`{run, instance, steps: [{name, state}]}`."""
        steps = [{"name": one.name, "state": one.state} for one in self.steps]
        return {"run": self.run, "instance": described(running, None), "steps": steps}


@dataclass(frozen=True, slots=True)
class Means:
    """What a run is done with: the flags of the connection, the cluster, helm's path where given, who is told."""

    connection: ConnectionOptions
    cluster: Cluster
    helm: str | None
    progress: Progress


def start(means: Means, run: Run, *, ready: Callable[[Hands], None]) -> Outcome:
    """Carry out a new run, which must have steps, under the Lease of its target.

    :param ready: called under the Lease before anything is written; raises InstallerError where the plan is out of date
    :raises InstallerError: before the first write only: FINDINGS where a step needs helm and there is none, CONFLICT
        where another run is at work or has stopped before its end (`live_journal.unfinished`), what `ready` raises.
        Later ones are the outcome's problems.
    """
    with _working(means, run.target, run.steps) as hands:
        refuse_unfinished(means.cluster, run.target)
        ready(hands)
        tidy(means.cluster, run.target)
        journal = write(means.cluster, counted_from_now(means.cluster, run))
        return _executed(journal, hands)


def counted_from_now(cluster: Cluster, run: Run) -> Run:
    """The run with its rollout counted from the workload as it is now: since the plan somebody may have scaled it."""
    return replace(run, steps=tuple(_counted_from_now(cluster, step) for step in run.steps))


def _counted_from_now(cluster: Cluster, step: Step) -> Step:
    if not isinstance(step, Rollout):
        return step
    workload = step.workload
    found = cluster.get(kind_of(workload), workload.name, workload.namespace)
    return replace(step, since=int(found["metadata"]["generation"]))


def take_up(means: Means, target: Target, run: str) -> Outcome:
    """Go on with a run that stopped, whichever way it went; nothing where it has come to its end meanwhile.

    :param target: whose Lease and journal it is: only its namespace and name count
    """
    with _working(means, target) as found:
        journal = load(means.cluster, target.namespace, run)
        if not journal.header.is_open:
            return Outcome(run, journal.header.steps)
        hands = replace(found, target=journal.run.target)
        means.progress(f"going on with run {run} ({journal.header.command} of {journal.header.started})")
        if journal.header.phase == "undoing":
            return _undone(journal, hands)
        return _executed(journal, hands)


@discreet
def resume(
    connection: ConnectionOptions,
    instance: str | None,
    run: str | None,
    *,
    yes: bool,
    helm: str | None,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """Go on with the last run, or with `run`, to its end. Raises InstallerError; nothing to resume is none."""
    with closing(connect(connection)) as cluster:
        running = find(cluster, instance, connection.namespace).running
        entry = chosen(runs(cluster, running.namespace, running.name), run, running.namespace)
        if entry is None or not entry.header.is_open:
            return _nothing(running, entry, "resume")
        journal = load(cluster, running.namespace, entry.header.run)
        refuse_another(running.flavour, journal)
        question = f"Go on with run {entry.header.run} ({entry.header.command} of {entry.header.started})?"
        refused = None if yes else _asked(confirm, question, _steps_left(journal.header))
        if refused:
            return Report(Outcome(entry.header.run, journal.header.steps).result(running), errors=(refused,))
        require_to_go_on(cluster, journal)
        outcome = take_up(Means(connection, cluster, helm, progress), journal.run.target, entry.header.run)
        return _report(running, outcome, f"run {outcome.run}: every step is done\n")


@discreet
def undo(
    connection: ConnectionOptions,
    instance: str | None,
    run: str | None,
    *,
    yes: bool,
    helm: str | None,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """Put back what the last run, or `run`, changed of RHDH's configuration. Raises InstallerError."""
    with closing(connect(connection)) as cluster:
        running = find(cluster, instance, connection.namespace).running
        found = runs(cluster, running.namespace, running.name)
        entry = chosen(found, run, running.namespace)
        if entry is None or not _is_undoable(entry.header):
            return _nothing(running, entry, "undo")
        journal = load(cluster, running.namespace, entry.header.run)
        refuse_another(running.flavour, journal)
        _refuse_older(cluster, journal, found)
        question = f"Undo run {entry.header.run} ({entry.header.command} of {entry.header.started})?"
        refused = None if yes else _asked(confirm, question, _to_put_back(journal.run))
        if refused:
            return Report(Outcome(entry.header.run, _undo_steps(journal, "pending")).result(running), errors=(refused,))
        means = Means(connection, cluster, helm, progress)
        _require_to_put_back(cluster, journal.run)
        with _working(means, journal.run.target) as hands:
            now = load(cluster, running.namespace, entry.header.run)
            if not _is_undoable(now.header):
                return _nothing(running, entry, "undo")
            outcome = _undone(now, hands)
        return _report(running, outcome, f"run {outcome.run} is undone; {STAYS}\n")


@contextmanager
def _working(means: Means, target: Target, steps: tuple[Step, ...] = ()) -> Iterator[Hands]:
    """The Lease and what else a run is done with; helm and chart that `steps` need are tried before it is taken."""
    from installer.apply.lease import lease  # noqa: PLC0415 - most plans have nothing to carry out
    from installer.apply.upgrade import rehearse  # noqa: PLC0415
    from installer.flow.helm_binding import bound_helm  # noqa: PLC0415

    deadline = means.cluster.deadline
    with bound_helm(means.connection, means.helm) as helm:
        if any(isinstance(one, Infrastructure | Upgrade) for one in steps):
            helm()
        for one in steps:
            if isinstance(one, Upgrade):
                rehearse(one, helm(), means.cluster.version(), min(deadline.left, _REHEARSAL))
        with lease(means.connection, target, until=deadline, progress=means.progress) as taken:
            yield Hands(means.cluster, target, helm, means.progress, taken.held)


def _executed(journal: Journal, hands: Hands) -> Outcome:
    from installer.apply.execute import execute  # noqa: PLC0415 - most plans have nothing to carry out

    return _outcome(journal, lambda: execute(journal, hands))


def _outcome(journal: Journal, carry_out: Callable[[], None]) -> Outcome:
    """The journal is there: from here on an error belongs to the run's answer."""
    try:
        carry_out()
    except InstallerError as error:
        return Outcome(journal.run.id, _as_failed(journal.header), error.problems)
    return Outcome(journal.run.id, journal.header.steps)


def _as_failed(header: Header) -> tuple[Mark, ...]:
    """The step at hand failed, also where the API could not be told any more."""
    is_at_hand = header.begun >= 0 and header.steps[header.begun].state == "pending"
    return header.marked(header.begun, "failed").steps if is_at_hand else header.steps


def _undone(journal: Journal, hands: Hands) -> Outcome:
    from installer.apply.execute import how_to_go_on  # noqa: PLC0415
    from installer.apply.undo import undo as put_back  # noqa: PLC0415

    try:
        kept = put_back(journal, hands)
    except InstallerError as error:
        message = f"run {journal.run.id} is not undone yet"
        more = Problem("run-stopped", message, None, how_to_go_on(journal), error.exit)
        return Outcome(journal.run.id, _undo_steps(journal, "pending"), (*error.problems, more))
    return Outcome(journal.run.id, _undo_steps(journal, "failed" if kept else "done"), kept)


def _undo_steps(journal: Journal, state: State) -> tuple[Mark, ...]:
    """What an undo does of a run's steps; the others are left."""

    def marked(number: int, step: Step) -> Mark:
        if isinstance(step, Rollout) and journal.header.since is not None:
            return Mark(name_of(step), "done" if state == "failed" else state)
        is_ours = isinstance(step, Writes | Upgrade) and number <= journal.header.begun
        return Mark(name_of(step), state if is_ours else "skipped")

    return tuple(marked(number, step) for number, step in enumerate(journal.run.steps))


def _is_undoable(header: Header) -> bool:
    return header.state not in ("undone", "restored") and (header.is_open or header.state == "done")


def _refuse_older(cluster: Cluster, journal: Journal, found: tuple[Entry, ...]) -> None:
    """What a newer run wrote upon an older one would be lost with it."""
    older = next(number for number, one in enumerate(found) if one.header.run == journal.run.id)
    mine = _written(journal.run)
    for one in found[:older]:
        shared = mine & _written(load(cluster, journal.run.target.namespace, one.header.run).run)
        if _is_undoable(one.header) and shared:
            message = f"run {one.header.run} has changed {', '.join(sorted(shared))} since run {journal.run.id}"
            fix = f"undo that one first: rhdh-orchestrator undo {one.header.run} --instance {one.header.instance}"
            raise fail(ExitCode.CONFLICT, "newer-run", message, fix=fix)


def require_to_go_on(cluster: Cluster, journal: Journal) -> None:
    """Raises InstallerError (DENIED) with everything that is missing, before the Lease is taken."""
    from installer.flow.live_check_permissions import require_all  # noqa: PLC0415 - where a run has stopped only

    if journal.header.phase in ("undoing", "restoring"):
        _require_to_put_back(cluster, journal.run)
    else:
        require_all(cluster, journal.run)


def _require_to_put_back(cluster: Cluster, run: Run) -> None:
    from installer.flow.live_check_permissions import require  # noqa: PLC0415

    target = run.target
    require(cluster, tuple(_needed_to_put_back(cluster, run)), "install", target.flavour, target.namespace)


def _needed_to_put_back(cluster: Cluster, run: Run) -> Iterator[Permission]:
    """What an undo writes itself; what helm does for it, helm is asked for."""
    namespace = run.target.namespace
    yield Permission("create", "coordination.k8s.io", "leases", "", namespace)
    yield Permission("patch", "", "secrets", "", namespace)
    for step in run.steps:
        match step:
            case Writes(edits=edits):
                for edit in edits:
                    yield from _permission(cluster, "delete" if edit.before is None else "patch", edit.ref)
            case Rollout(workload=workload, flavour="plain"):
                yield from _permission(cluster, "patch", workload)
            case _:
                pass


def _permission(cluster: Cluster, verb: str, ref: Ref) -> Iterator[Permission]:
    found = cluster.find(kind_of(ref))
    if found is not None:
        yield Permission(verb, found.group, found.plural, "", ref.namespace)


def _written(run: Run) -> set[str]:
    found: set[str] = set()
    for step in run.steps:
        match step:
            case Writes(edits=edits):
                found |= {str(edit.ref) for edit in edits}
            case Upgrade(release=release, namespace=namespace):
                found.add(f"Helm release {namespace}/{release}")
            case _:
                pass
    return found


def _asked(confirm: Confirm, question: str, about: str) -> Problem | None:
    answer = confirm(question, about)
    if answer:
        return None
    message = "not confirmed: nothing was written" if answer is False else "nobody can be asked: nothing was written"
    return Problem("not-confirmed", message, None, "add --yes to write", ExitCode.UNCONFIRMED)


def _steps_left(header: Header) -> str:
    return "".join(f"  {one.name}\n" for one in header.steps if one.state != "done")


def _to_put_back(run: Run) -> str:
    return "".join(f"  put back {name}\n" for name in sorted(_written(run))) + f"  {STAYS}\n"


def _nothing(running: Running, entry: Entry | None, verb: str) -> Report:
    """No run, or one that has come to its end."""
    if entry is None:
        return Report(Outcome(None, ()).result(running), f"there is nothing to {verb}: no run yet\n")
    header = entry.header
    said = f"there is nothing to {verb}: run {header.run} ({header.command} of {header.started}) is {header.state}\n"
    return Report(Outcome(header.run, header.steps).result(running), said)


def _report(running: Running, outcome: Outcome, done: str) -> Report:
    lines = "".join(f"{one.state:<7}  {one.name}\n" for one in outcome.steps)
    text = lines if outcome.problems else f"{lines}{done}"
    return Report(outcome.result(running), text, errors=outcome.problems)
