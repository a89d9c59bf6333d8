"""What a plan for a cluster says to people and programs, and what stands in its way. Plans and writes nothing."""

from dataclasses import replace
from functools import partial
from typing import Any

from installer.flow.live_planning import Prepared
from installer.flow.observing import described
from installer.flow.views import preview_view
from installer.instance.instance import HelmHome
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report
from installer.model.request import InstallRequest, LiveRequest
from installer.model.run import Edit, Step, Upgrade, name_of
from installer.plan.live_steps import is_restart
from installer.plan.size import LIMIT
from installer.plan.step_words import explained
from installer.yamltext.redaction import mask_message


def report_of(prepared: Prepared, request: InstallRequest) -> Report:
    """The report before anything is done; every step is pending."""
    observed, made = prepared.observed, prepared.made
    prediction, instance = made.prediction, observed.world.instance
    result: dict[str, Any] = {
        "run": None,
        "instance": described(instance, request.rhdh_version),
        "steps": [{"name": name_of(step), "state": "pending"} for step in prepared.run.steps],
        "release": observed.world.release.version,
        "preview": partial(preview_view, prediction),
        "notes": list(map(mask_message, prepared.notes)),
        "hashes": prepared.hashes.view() if prepared.hashes else [],
    }
    warnings = (*instance.warnings, *made.draft.warnings)
    return Report(result, text_of(prepared, diff=True), prepared.changes, tuple(dict.fromkeys(warnings)))


def text_of(prepared: Prepared, *, diff: bool, done: str | None = None) -> str:
    """Head, diff, steps, notes, verdict. `done` stands in the place of what there is to do."""
    target = prepared.run.target
    head = f"RHDH {target.release} ({target.flavour}): {target.address}\n"
    shown = dict.fromkeys(change.diff for change in prepared.changes if change.diff) if diff else {}
    todo = (
        "" if done else "".join(f"step {number}: {_said(step)}\n" for number, step in enumerate(prepared.run.steps, 1))
    )
    notes = "".join(f"note: {note}\n" for note in prepared.notes)
    return f"{head}{''.join(shown)}{mask_message(f'{todo}{notes}{_verdict(prepared, done)}')}\n"


def _said(step: Step) -> str:
    return f"{name_of(step)} ({explained(step)})"


def _verdict(prepared: Prepared, done: str | None) -> str:
    prediction = prepared.made.prediction
    if prediction.failure:
        return f"Verdict: RHDH would not start: {prediction.failure.message}"
    on = sum(plugin.enabled for plugin in prediction.plugins.plugins)
    todo = f"{len(prepared.run.steps)} step(s) to do" if prepared.run.steps else "nothing to do"
    hashes = _hashes(prepared, done)
    tail = f"\nHashes: {hashes}." if hashes else ""
    return f"Verdict: RHDH is predicted to start, with {on} plugin(s) of its configuration on; {done or todo}.{tail}"


def _hashes(prepared: Prepared, done: str | None) -> str:
    """What was compared; what nobody asked to be compared only where something is going to be done."""
    hashes = prepared.hashes
    pending = bool(prepared.run.steps) and not done
    return hashes.said if hashes and (hashes.registry or pending) else ""


def refusals(prepared: Prepared, live: LiveRequest) -> tuple[Problem, ...]:
    """What RHDH, Kubernetes or the owner of an object would refuse or take back."""
    if live.operators_only:
        return ()
    found = [*_would_fail(prepared), *_managed(prepared), *_without_workload(prepared)]
    for edit in prepared.edits:
        found += _too_large(edit)
        if edit.before is not None and edit.before.get("immutable"):
            from installer.apply.swapping import immutable  # noqa: PLC0415 - a rare object

            found.append(immutable(edit.ref))
    return tuple(dict.fromkeys(found))


def _would_fail(prepared: Prepared) -> list[Problem]:
    failure = prepared.made.prediction.failure
    if failure is None:
        return []
    message = f"RHDH would not start: {failure.message}"
    fix = "correct the configuration named above; nothing was written"
    return [Problem("rhdh-would-fail", message, failure.where, fix, ExitCode.FINDINGS)]


def _managed(prepared: Prepared) -> list[Problem]:
    """What a GitOps controller keeps as Git says would be taken back."""
    instance = prepared.observed.world.instance
    owners = {change.owner for change in prepared.changes} | {instance.managed_by}
    tools = [name for key, name in (("argocd", "Argo CD"), ("flux", "Flux")) if key in owners]
    if not tools or not prepared.run.steps:
        return []
    message = (
        f"{prepared.run.target.address} is kept as Git says by {tools[0]}, which would take back what is written "
        "here; nothing was written"
    )
    fix = "commit the diff above, or run the same command with --directory DIR on a checkout of that repository"
    return [Problem("managed-by-gitops", message, None, fix, ExitCode.FINDINGS)]


def _without_workload(prepared: Prepared) -> list[Problem]:
    """Nothing would show whether RHDH runs with what is written, so that no run could come to its end."""
    target = prepared.run.target
    if target.workload is not None or not prepared.run.steps:
        return []
    message = f"RHDH {target.address} has no workload yet, which would show whether it runs; nothing was written"
    fix = f"wait until its operator has made one: kubectl describe backstages {target.name} -n {target.namespace}"
    return [Problem("workload-missing", message, None, fix, ExitCode.FINDINGS)]


def _too_large(edit: Edit) -> list[Problem]:
    size = sum(len(key) + len(str(text).encode()) for key, text in (edit.after.get("data") or {}).items())
    if edit.ref.kind != "ConfigMap" or size <= LIMIT:
        return []
    message = f"{edit.ref} would hold {size:,} bytes; Kubernetes takes no more than {LIMIT:,}"
    return [Problem("configmap-too-large", message, None, "move part of it to another ConfigMap", ExitCode.FINDINGS)]


def values_not_applied(prepared: Prepared) -> Problem | None:
    """RHDH's chart has to get other values, and nobody said where it is: a patched object would not survive."""
    stored = prepared.observed.stored
    if prepared.values is None or stored is None or any(isinstance(one, Upgrade) for one in prepared.run.steps):
        return None
    home = prepared.observed.world.instance.home
    chart = "add --chart REFERENCE (a folder, an archive, REPOSITORY/NAME or oci://...)"
    if isinstance(home, HelmHome) and is_restart(stored.values, prepared.values, home):
        return _restart_not_applied(prepared, f"{stored.namespace}/{stored.name}", chart)
    message = (
        f"the values of the Helm release {stored.namespace}/{stored.name} are not changed: RHDH's chart is not at "
        "hand, and what Helm owns may only be changed through it"
    )
    fix = (
        f"{chart}; or put the diff above into your "
        f"values and run: helm upgrade {stored.name} CHART --version {stored.chart_version} -n {stored.namespace} "
        "-f VALUES"
    )
    return Problem("values-not-applied", message, None, fix, ExitCode.FINDINGS)


def _restart_not_applied(prepared: Prepared, release: str, chart: str) -> Problem:
    """Pods go on with what they have read, and a chart's Deployment is not ours to restart: nothing is half done."""
    changed = ", ".join(str(one.ref) for one in prepared.changes)
    workload = prepared.observed.target.workload
    what = f"{workload.kind.lower()}/{workload.name} -n {workload.namespace}" if workload else f"the pods of {release}"
    message = (
        f"{changed} is not written: only new pods of the Helm release {release} would read it, and what Helm owns may "
        "only be changed through its chart, which is not at hand"
    )
    fix = f"{chart}; or write the diff above and run: oc rollout restart {what} (or kubectl rollout restart)"
    return Problem("values-not-applied", message, None, fix, ExitCode.FINDINGS)


def gated(report: Report, request: InstallRequest, *, pending: bool = False) -> Report:
    """The exit code that is no error."""
    if pending and request.exit_code:
        return replace(report, gate=ExitCode.PENDING)
    if request.fail_on_warn and report.warnings:
        return replace(report, gate=ExitCode.WARNINGS)
    return report
