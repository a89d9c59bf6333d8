"""Carries out a run step by step with its journal, and restores what was when the new pod crashes. Decides no step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from installer.apply.explaining import Crashed
from installer.apply.hands import Hands
from installer.apply.journal import Journal
from installer.apply.steps import carry_out
from installer.apply.undo import restore
from installer.apply.writes import Moved
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.run import Step, Target, Upgrade, Writes, name_of

CarryOut = Callable[[Step, Hands], None]
# What the plan was made on has changed: the same run would meet the same again, so only a new plan goes on.
_OUTDATED = frozenset({"operator-moved", "release-changed", "subscription-missing"})


def execute(journal: Journal, hands: Hands, carry: CarryOut = carry_out) -> None:
    """Go on with a run to its end, whichever way it goes. The Lease must be held.

    Raises InstallerError: RESTORED where the new pod crashed and the old configuration runs again, NOT_RESTORED where
    it does not; what a step raises, with how to go on. A signal's exception passes, with the run left to take up.
    """
    if journal.header.phase == "restoring":
        raise _restored(journal, hands, ())
    journal.go_on()
    try:
        _forward(journal, hands, carry)
    except Crashed as crash:
        raise _restored(journal, hands, crash.problems) from crash
    except InstallerError as error:
        raise _stopped(journal, error) from error
    except BaseException:
        _interrupted(journal, hands)
        raise
    journal.close("done")


def _forward(journal: Journal, hands: Hands, carry: CarryOut) -> None:
    for number, step in enumerate(journal.run.steps):
        if journal.header.steps[number].state == "done":
            continue
        hands.held()
        journal.begin(number)
        hands.progress.step(name_of(step), "pending")
        try:
            carry(step, hands)
        except InstallerError:
            hands.progress.step(name_of(step), "failed")
            raise
        journal.done(number)
        hands.progress.step(name_of(step), "done")


def _stopped(journal: Journal, error: InstallerError) -> InstallerError:
    """The error with how to go on. Where nothing was written, the next command plans anew."""
    is_over = _is_outdated(error) and not _has_written(journal)
    with suppress(InstallerError):  # the error itself is what counts
        journal.close("failed", failed=journal.header.begun, over=is_over)
    if is_over:
        return error
    message = f"run {journal.run.id} stopped at {_step(journal)}; what it did until there stands"
    return InstallerError(*error.problems, Problem("run-stopped", message, None, how_to_go_on(journal), error.exit))


def _is_outdated(error: InstallerError) -> bool:
    """Whether the plan is out of date, and nothing of the step that says so was written."""
    if isinstance(error, Moved):
        return error.untouched
    return {one.code for one in error.problems} <= _OUTDATED


def _has_written(journal: Journal) -> bool:
    """Whether a step before the one at hand changed the configuration."""
    return any(isinstance(one, Writes | Upgrade) for one in journal.run.steps[: journal.header.begun])


def _interrupted(journal: Journal, hands: Hands) -> None:
    with suppress(InstallerError):
        journal.close("interrupted")
    hands.progress(f"run {journal.run.id} stopped at {_step(journal)}: {how_to_go_on(journal)}")


def how_to_go_on(journal: Journal) -> str:
    address = journal.run.target.address
    return (
        f"rhdh-orchestrator resume --instance {address} goes on; "
        f"rhdh-orchestrator undo --instance {address} puts back the configuration"
    )


def _look_at(target: Target) -> str:
    return f"rhdh-orchestrator status --instance {target.address}"


def _step(journal: Journal) -> str:
    begun = journal.header.begun
    return f"the step {journal.header.steps[begun].name}" if begun >= 0 else "its beginning"


def _restored(journal: Journal, hands: Hands, crash: tuple[Problem, ...]) -> InstallerError:
    """Put the previous configuration back and say so, in the words of the crash."""
    crash = crash or (Problem("pod-crashed", f"the new pod of run {journal.run.id} did not come up"),)
    for one in crash:
        hands.progress(one.message)
    try:
        kept = restore(journal, hands, "restoring")
        journal.close("failed" if kept else "restored", failed=journal.header.begun, over=bool(kept))
    except InstallerError as error:
        with suppress(InstallerError):
            journal.close("failed", failed=journal.header.begun)
        return _not_restored(journal, crash, error.problems)
    except BaseException:
        _interrupted(journal, hands)
        raise
    if kept:
        return _not_restored(journal, crash, kept)
    said = "the previous configuration is back and runs"
    return InstallerError(*(replace(one, message=f"{one.message}; {said}", exit=ExitCode.RESTORED) for one in crash))


def _not_restored(journal: Journal, crash: tuple[Problem, ...], why: tuple[Problem, ...]) -> InstallerError:
    target = journal.run.target
    # What was kept because somebody edited it, another undo would keep as well.
    commands = [f"rhdh-orchestrator undo --instance {target.address}"] if journal.header.is_open else []
    if target.workload is not None:
        workload = f"{target.workload.kind.lower()}/{target.workload.name} -n {target.namespace}"
        commands += [f"kubectl rollout status {workload}", f"kubectl describe {workload}"]
    message = "the previous configuration is not restored"
    last = fail(ExitCode.NOT_RESTORED, "not-restored", message, fix="; ".join(commands) or _look_at(target))
    return InstallerError(*crash, *why, *last.problems)
