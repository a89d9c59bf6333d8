"""Changes entries of dynamic-plugins.yaml: plan, predict, preview, confirm, write, on files and on a cluster alike.

Decides no change. A command that has decided one (`upgrade`, `enable`, `disable`, `remove`) does it like this:

    with plugins_of(request, connection, progress) as source:
        edits = [Switch(entry.number, "disabled", True, f"switches {name} off") for entry in entries(source) if ...]
        decision = Decision("disable", edited(source, edits), result={"plugins": rows}, said="what people read")
        return change(source, decision, wanted, confirm=confirm, progress=progress)

`entries` are those of the main file, which alone is written, with the numbers that edits name. What the default file
of an image brings is not among them: `Add` an entry of the same package, which RHDH lays over it. What RHDH would not
start with is refused by both simulators (FINDINGS), what a controller would take back as `install` refuses it.
"""

import os.path
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import partial
from typing import Any

from installer.directory.write import FileChange, write
from installer.flow.installation import Confirm, Progress, refusals, unconfirmed, verdict
from installer.flow.plugins_source import OnCluster, OnDirectory, OnFile, Source
from installer.flow.views import preview_view
from installer.instance.instance import Layer
from installer.model.change import Change
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report
from installer.model.request import InstallRequest, LiveRequest
from installer.plan.changes import FileEdit, changes, edits
from installer.plan.draft import Draft
from installer.plan.entry import Entry, entries_of, schema_of
from installer.plan.homes import Homes
from installer.plan.plan import Plan
from installer.plan.prediction import Prediction, World, predict
from installer.plan.versions_edits import EntryEdit, edit_entries
from installer.yamltext.redaction import mask_message

Planner = Callable[[Draft, Layer], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a change is to be made. `chart`, `chart_version` and `helm` are for an RHDH that Helm installed."""

    yes: bool = False
    dry_run: bool = False
    exit_code: bool = False
    chart: str | None = None
    chart_version: str | None = None
    helm: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command has decided.

    command  what history calls the run
    plan     puts the edits into a draft; given the main file
    result   what the command adds to `result`
    said     what people read before the verdict, lines
    problems stand in the way: nothing is written
    world    as which RHDH the changed texts are tried, where that is another than before
    """

    command: str
    plan: Planner
    result: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""
    warnings: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()
    world: World | None = None


def entries(source: Source) -> list[Entry]:
    """The entries of the main file; none where there is no file that a person owns. Raises InstallerError (INVALID)."""
    layer = source.plugins
    if layer is None or not layer.writable:
        return []
    return entries_of(Draft().value(layer.region, schema_of(source.world.behaviour)))


def edited(source: Source, wanted: Iterable[EntryEdit]) -> Planner:
    """The edits as a plan."""
    return partial(edit_entries, behaviour=source.world.behaviour, edits=tuple(wanted))


def change(source: Source, decision: Decision, wanted: Wanted, *, confirm: Confirm, progress: Progress) -> Report:
    """Makes a change, or says what stands in its way: `result` is the decision's, with preview and notes.

    On files all are written or none; on a cluster by a run like that of `install`, with Lease, journal and restart.
    Raises InstallerError for what stops it before there is a plan, and CONFLICT where somebody else has written.
    """
    world = decision.world or source.world
    made = _planned(source, world, decision)
    match source.origin:
        case OnCluster() as origin:
            return _on_cluster(source, origin, made, decision, wanted, confirm, progress)
        case OnFile(path):
            real = os.path.realpath(path)
            root, names = os.path.dirname(real), {path: os.path.basename(real)}  # noqa: PTH119, PTH120
            return _on_files(source, made, decision, wanted, _Files(root, names), confirm, progress)
        case OnDirectory(path):
            return _on_files(source, made, decision, wanted, _Files(path, {}), confirm, progress)


def _planned(source: Source, world: World, decision: Decision) -> Plan:
    draft = Draft()
    layer = Homes(draft, world.instance, source.manifests).plugins()
    decision.plan(draft, layer)
    prediction = predict(world, draft, layer, source.layers)
    _warn_of_losses(draft, source.prediction, prediction)
    return Plan(draft, _of_unknown_release(source, draft, prediction), layer, source.layers)


def _of_unknown_release(source: Source, draft: Draft, prediction: Prediction) -> Prediction:
    """Where nobody knows the release, the newest stands for it: what it refused before says nothing of the change."""
    if source.release is not None:
        return prediction
    draft.note(f"the release is not known: tried as RHDH {source.world.release.minor}; --rhdh-version says another")
    before, after = source.prediction.failure, prediction.failure
    same = before is not None and after is not None and before.message == after.message
    return replace(prediction, failure=None) if same else prediction


def _warn_of_losses(draft: Draft, before: Prediction, after: Prediction) -> None:
    """Up to RHDH 1.8 a package of another version is another plugin, which inherits nothing from an include."""
    configured = {one.name: one for one in before.plugins.plugins if one.enabled and one.plugin_config}
    for one in after.plugins.plugins:
        old = configured.get(one.name)
        if one.enabled and old is not None and not one.plugin_config:
            message = f"{one.package} has no pluginConfig any more: that of {old.package} came from an include"
            fix = "write that pluginConfig into the entry"
            draft.warn("config-left-behind", message, where=before.place(old.origin), fix=fix)


# -- files


@dataclass(frozen=True, slots=True)
class _Files:
    """The folder to write in, and what files are called there where a person calls them otherwise."""

    root: str
    names: Mapping[str, str]

    def changes(self, found: Iterable[FileEdit]) -> list[FileChange]:
        return [FileChange(self.names.get(one.path, one.path), one.before, one.after) for one in found]


def _on_files(
    source: Source,
    made: Plan,
    decision: Decision,
    wanted: Wanted,
    files: _Files,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    updated = made.draft.files()
    found, shown = edits(made.draft, updated), changes(made.draft, updated)
    report = _report(source, made, decision, shown, f"{len(found)} file(s) to change" if found else "nothing to do")
    problems = (*decision.problems, *refusals(made, found))
    if problems or not found:
        return replace(report, errors=problems)
    if wanted.dry_run:
        return replace(report, gate=ExitCode.PENDING) if wanted.exit_code else report
    every = files.changes(found)
    if not wanted.yes:
        question = f"Write {', '.join(one.path for one in found)}?"
        refused = unconfirmed(files.root, every, confirm(question, _diff(shown)))
        if refused is not None:
            return replace(report, errors=(refused,))
    write(files.root, every)
    progress(f"wrote {', '.join(one.path for one in found)}")
    done = _report(source, made, decision, shown, f"{len(found)} file(s) written", diff=wanted.yes)
    return replace(done, result={**(done.result or {}), "written": True})


def _report(
    source: Source, made: Plan, decision: Decision, shown: tuple[Change, ...], done: str, *, diff: bool = True
) -> Report:
    result = {
        **source.view,
        **decision.result,
        "preview": preview_view(made.prediction),
        "notes": list(map(mask_message, made.draft.notes)),
        "written": False,
    }
    notes = "".join(f"note: {mask_message(note)}\n" for note in made.draft.notes)
    text = f"{_diff(shown) if diff else ''}{decision.said}{notes}{mask_message(verdict(made, done))}\n"
    warnings = (*source.warnings, *decision.warnings, *made.draft.warnings)
    return Report(result, text, shown, tuple(dict.fromkeys(warnings)))


def _diff(shown: tuple[Change, ...]) -> str:
    return "".join(dict.fromkeys(one.diff for one in shown if one.diff))


# -- a cluster


def _on_cluster(
    source: Source,
    origin: OnCluster,
    made: Plan,
    decision: Decision,
    wanted: Wanted,
    confirm: Confirm,
    progress: Any,
) -> Report:
    from installer.flow.live_install import Talk, answered  # noqa: PLC0415 - files need nothing of a cluster
    from installer.flow.live_journal import refuse_unfinished  # noqa: PLC0415
    from installer.flow.live_planning import prepare_plugins  # noqa: PLC0415
    from installer.flow.live_report import refusals as refused  # noqa: PLC0415
    from installer.flow.live_runs import Means  # noqa: PLC0415

    request = InstallRequest("", yes=wanted.yes, dry_run=wanted.dry_run, exit_code=wanted.exit_code)
    live = LiveRequest(chart=wanted.chart, chart_version=wanted.chart_version, helm=wanted.helm)
    if not wanted.dry_run:
        refuse_unfinished(origin.cluster, origin.observed.target)
    observed = replace(origin.observed, world=decision.world or source.world)
    packages = _installed(source.prediction, made.prediction)
    prepared = prepare_plugins(origin.cluster, observed, made, decision.command, live, packages)
    problems = (*decision.problems, *refused(prepared, live))
    means = Means(origin.connection, origin.cluster, wanted.helm, progress)
    report = answered(means, prepared, problems, request, Talk(confirm, progress))
    result = {**(report.result or {}), **source.view, **decision.result}
    warnings = tuple(dict.fromkeys((*report.warnings, *decision.warnings)))
    return replace(report, result=result, text=f"{decision.said}{report.text}", warnings=warnings)


def _installed(before: Prediction, after: Prediction) -> list[str]:
    """The packages that the changed text switches on or takes at another version; the installer's log names them."""
    known = {(one.package, one.integrity) for one in before.plugins.plugins if one.enabled}
    return [one.package for one in after.plugins.plugins if one.enabled and (one.package, one.integrity) not in known]
