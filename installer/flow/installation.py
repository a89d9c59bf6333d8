"""Installs the Orchestrator on the RHDH of a directory: observe, plan, predict, confirm, write. Prints nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from installer.desired.build import build
from installer.directory.generated import put
from installer.directory.write import FileChange, unchanged, write
from installer.flow.infrastructure_files import Beside, render
from installer.flow.observing import Observed, described, observe
from installer.flow.published import Compared, compared
from installer.flow.saying import discreet
from installer.flow.views import preview_view
from installer.instance.instance import Layer
from installer.model.change import Change
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.report import Report
from installer.model.request import InstallRequest
from installer.plan.changes import BOM, FileEdit, changes, edits
from installer.plan.goal import Goal
from installer.plan.plan import Plan, plan
from installer.plan.size import LIMIT, oversized
from installer.yamltext.redaction import mask_message

Confirm = Callable[[str, str], bool | None]
Progress = Callable[[str], None]

NOT_RENDERED = (
    "operators, Knative and the SonataFlow platform are not rendered: install OpenShift Serverless, OpenShift "
    "Serverless Logic and the SonataFlow platform on the cluster yourself"
)


@discreet
def install(request: InstallRequest, *, confirm: Confirm, progress: Progress) -> Report:
    """Raises InstallerError for what stops the command before there is a plan."""
    progress(f"reading {request.directory}")
    observed = observe(request.directory, request.instance, request.rhdh_version, request.defaults)
    progress(f"planning for RHDH {observed.world.release.version}")
    goal = build(observed.world.release, request, observed.instance)
    made = plan(observed.world, goal, observed.manifests)
    updated = made.draft.files()  # differences and proof of every file, made once
    files = edits(made.draft, updated)
    found = changes(made.draft, updated)
    problems = refusals(made, files)
    if problems:
        return replace(_report(request, observed, made, found, None), errors=problems)
    hashes = compared(made.prediction, request.registry, progress)
    if hashes.problems:
        return replace(_with(hashes, _report(request, observed, made, found, None)), errors=hashes.problems)
    beside = _beside(request, observed, goal, progress)
    report = _with(hashes, _report(request, observed, made, found, beside))
    if not files and not (beside and beside.generated.pending):
        return _gated(report, request)
    if request.dry_run:
        return _gated(report, request, pending=True)
    own = {edit.path for edit in files}
    diff = "".join(dict.fromkeys(change.diff for change in report.changes if change.path in own))
    question = f"Write {len({change.path for change in report.changes})} file(s)?"
    refused = None if request.yes else unconfirmed(request.directory, _file_changes(files), confirm(question, diff))
    if refused is not None:
        return replace(report, errors=(refused,))
    written = _write(request, files, beside)
    progress(f"wrote {', '.join(written)}")
    # Whoever was asked has seen the diff with the question.
    text = _text(observed, made, found, beside, diff=request.yes, done=f"{len(written)} file(s) written")
    return _gated(_with(hashes, replace(report, text=text, result={**(report.result or {}), "written": True})), request)


def _with(hashes: Compared, report: Report) -> Report:
    """The verdict goes on with what was compared with registries and what was not."""
    said = f"Hashes: {mask_message(hashes.said)}.\n" if hashes.said else ""
    return replace(report, text=f"{report.text}{said}", result={**(report.result or {}), "hashes": hashes.view()})


def _beside(request: InstallRequest, observed: Observed, goal: Goal, progress: Progress) -> Beside | None:
    """The infrastructure's manifests, where they are asked for."""
    if request.render_infrastructure is None:
        return None
    progress(f"rendering the infrastructure into {request.render_infrastructure}")
    return render(
        observed.world.release,
        namespace=observed.instance.namespace,
        platform_namespace=goal.namespace,
        given=request.helm,
        out=request.render_infrastructure,
    )


def _write(request: InstallRequest, files: tuple[FileEdit, ...], beside: Beside | None) -> list[str]:
    """The infrastructure first: RHDH's own files are what an installation is done with. Returns what was written."""
    if beside is not None:
        put(beside.generated)
    if files:
        write(request.directory, _file_changes(files))
    return [*(edit.path for edit in files), *(one.path or "" for one in (beside.changes if beside else ()))]


def _report(
    request: InstallRequest, observed: Observed, made: Plan, found: tuple[Change, ...], beside: Beside | None
) -> Report:
    prediction = made.prediction
    warnings = (*observed.manifests.warnings, *observed.instance.warnings, *made.draft.warnings)
    result: dict[str, Any] = {
        "instance": described(observed.instance, request.rhdh_version),
        "release": observed.world.release.version,
        "preview": preview_view(prediction),
        "notes": [*map(mask_message, made.draft.notes), *_notes(beside)],
        "notRendered": [] if beside else ["operators", "knative", "sonataflow-platform"],
        "written": False,
    }
    if beside is not None:
        result["rendered"] = beside.describe()
    every = (*found, *(beside.changes if beside else ()))
    done = f"{len({change.path for change in every})} file(s) to change" if every else "nothing to do"
    text = _text(observed, made, found, beside, diff=True, done=done)
    return Report(result, text, every, tuple(dict.fromkeys(warnings)))


def _notes(beside: Beside | None) -> tuple[str, ...]:
    return (NOT_RENDERED,) if beside is None else beside.notes


def _text(
    observed: Observed, made: Plan, found: tuple[Change, ...], beside: Beside | None, *, diff: bool, done: str
) -> str:
    instance, chosen = observed.instance, observed.world.release
    name = f"{instance.namespace}/{instance.name}" if instance.namespace else instance.name
    head = f"RHDH {chosen.version} ({instance.flavour}): {name}\n"
    shown = dict.fromkeys((change.path, change.diff) for change in found)
    diffs = "".join(lines for _, lines in shown) if diff else ""
    steps = "".join(f"{change.action} {change.ref or change.path}: {change.summary}\n" for change in found)
    # What is rendered is read where it lies: a diff of it would bury that of RHDH's own files.
    steps += "".join(f"{change.action} {change.path}\n" for change in (beside.changes if beside else ()))
    notes = "".join(f"note: {note}\n" for note in [*made.draft.notes, *_notes(beside)])
    return f"{head}{diffs}{mask_message(f'{steps}{notes}{verdict(made, done)}')}\n"


def verdict(made: Plan, done: str) -> str:
    failure = made.prediction.failure
    if failure:
        return f"Verdict: RHDH would not start: {failure.message}"
    on = sum(plugin.enabled for plugin in made.prediction.plugins.plugins)
    return f"Verdict: RHDH is predicted to start, with {on} plugin(s) of these files on; {done}."


def refusals(made: Plan, files: tuple[FileEdit, ...]) -> tuple[Problem, ...]:
    """What RHDH or Kubernetes would refuse."""
    problems: list[Problem] = []
    failure = made.prediction.failure
    if failure:
        problems.append(
            Problem(
                "rhdh-would-fail",
                f"RHDH would not start: {failure.message}",
                failure.where,
                "correct the configuration named above; nothing was written",
                ExitCode.FINDINGS,
            )
        )
    for edit in files:
        problems += [_too_large(edit.path, name, size) for name, size in oversized(edit.after.decode().lstrip(BOM))]
    for layer in (made.plugins, *made.app_config):
        problems += _file_too_large(layer, len(made.draft.characters(layer.region.text).encode()))
    return tuple(dict.fromkeys(problems))


def _file_too_large(layer: Layer, size: int) -> list[Problem]:
    """A file of its own becomes a ConfigMap by a generator."""
    own = not layer.region.text.embeddings and not layer.region.path and not layer.templated and layer.writable
    return [_too_large(layer.region.text.file.path, layer.name, size)] if own and size > LIMIT else []


def _too_large(path: str, name: str, size: int) -> Problem:
    message = f"{path}: the ConfigMap {name} would hold {size:,} bytes; Kubernetes takes no more than {LIMIT:,}"
    return Problem("configmap-too-large", message, None, "move part of it to another ConfigMap", ExitCode.FINDINGS)


def _gated(report: Report, request: InstallRequest, *, pending: bool = False) -> Report:
    if pending and request.exit_code:
        return replace(report, gate=ExitCode.PENDING)
    if request.fail_on_warn and report.warnings:
        return replace(report, gate=ExitCode.WARNINGS)
    return report


def unconfirmed(directory: str, files: list[FileChange], answer: bool | None) -> Problem | None:  # noqa: FBT001 - what `Confirm` gives
    """Why nothing may be written after the question was put.

    Raises InstallerError (CONFLICT) for files that have changed while somebody thought about it.
    """
    if answer:
        moved = unchanged(directory, files)
        if moved:
            raise InstallerError(*map(_moved, moved))
        return None
    message = "not confirmed: nothing was written" if answer is False else "nobody can be asked: nothing was written"
    return Problem("not-confirmed", message, None, "add --yes to write, or --dry-run to look", ExitCode.UNCONFIRMED)


def _moved(path: str) -> Problem:
    message = f"{path} has changed since it was read"
    return Problem("file-changed", message, None, "run the command again", ExitCode.CONFLICT)


def _file_changes(files: tuple[FileEdit, ...]) -> list[FileChange]:
    return [FileChange(edit.path, edit.before, edit.after) for edit in files]
