"""Plans an installation on a cluster: looks at everything once and decides. Writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from installer.apply.releases import refuse_pending
from installer.cluster.cluster import Cluster, Object
from installer.cluster.errors import Conflict, Forbidden
from installer.cluster.eyes import Eyes, Question
from installer.cluster.kinds import CONFIG_MAP, kind_of
from installer.desired.build import build
from installer.desired.infrastructure import InfrastructureGoal
from installer.flow.live_instance import find
from installer.flow.live_observing import LiveObserved, observe, telling
from installer.flow.live_secrets import question
from installer.flow.live_survey import survey
from installer.flow.new_run import new_run
from installer.flow.published import Compared
from installer.instance.instance import HelmHome
from installer.instance.live import path_of
from installer.model.change import Change, Ref
from installer.model.dataclass import dataclass
from installer.model.request import InstallRequest, LiveRequest
from installer.model.run import MANAGER, Edit, Infrastructure, Run, Step, Upgrade, Verify, Writes, content
from installer.plan.changes import Updated
from installer.plan.goal import Goal
from installer.plan.live_edits import live_changes, live_edits, renamed, values_after
from installer.plan.live_steps import Ground, ground_steps, logged, plugin_steps, restarted, seen_by_pods, verification
from installer.plan.merge_patch import merge_patch
from installer.plan.plan import Plan, plan

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Prepared:
    """A plan with its steps. `values` are those that RHDH's own chart has to get and does not, without --chart.

    `base` is the newest revision of our own Helm release, None where there is none. `hashes` is what registries were
    asked, None while nothing was compared. `infrastructure` is None where a run is about RHDH's plugins only.
    """

    observed: LiveObserved
    made: Plan
    infrastructure: InfrastructureGoal | None
    changes: tuple[Change, ...]
    run: Run
    values: dict[str, Any] | None
    base: int | None
    hashes: Compared | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know, of the plugins and of the infrastructure."""
        return (*self.made.draft.notes, *(self.infrastructure.notes if self.infrastructure else ()))

    @property
    def edits(self) -> tuple[Edit, ...]:
        return tuple(edit for step in self.run.steps if isinstance(step, Writes) for edit in step.edits)


def prepare(
    cluster: Cluster, eyes: Eyes, namespace: str | None, request: InstallRequest, live: LiveRequest, progress: Progress
) -> Prepared:
    """Raises InstallerError for everything that stands in the way before the first write."""
    running = find(eyes, request.instance, namespace).running
    eyes.ahead((question(running.namespace), Question(CONFIG_MAP, running.namespace)))
    progress(f"reading {running.address} and its cluster, {cluster.server}")
    others = telling(eyes, running)
    observed = observe(cluster, running, request.rhdh_version, request.defaults, others, lister=eyes)
    release = observed.world.release
    progress(f"planning for RHDH {release.version}")
    found = survey(
        cluster,
        eyes,
        running.namespace,
        release,
        infrastructure_namespace=request.infrastructure_namespace,
        skip_operators=live.skip_operators,
        approve=live.approve,
    )
    infrastructure = found.infrastructure
    goal = _goal(observed, request, infrastructure)
    made = plan(observed.world, goal, observed.live.manifests)
    updated = made.draft.files()
    ground = Ground(
        found.wanted.operators, infrastructure.stages, dict(infrastructure.values), infrastructure.platform_namespace
    )
    writes = _writes(cluster, observed, made, updated)
    steps = _steps(observed, made, goal, writes, ground, live)
    values = None if any(isinstance(step, Upgrade) for step in steps) else writes.values
    changes = () if live.operators_only else live_changes(made.draft, updated, observed.live)
    return Prepared(
        observed, made, infrastructure, changes, new_run("install", observed.target, steps), values, found.base
    )


def prepare_plugins(
    cluster: Cluster, observed: LiveObserved, made: Plan, command: str, live: LiveRequest, packages: Iterable[str]
) -> Prepared:
    """A plan about RHDH's plugins only: writes, one rollout, verification that `packages` were installed.

    Raises InstallerError for what cannot be written, and for a Helm release that is at work.
    """
    updated = made.draft.files()
    writes = _writes(cluster, observed, made, updated)
    steps = _plugin_steps(observed, writes, live)
    if steps:
        steps.append(Verify(tuple(dict.fromkeys(map(logged, packages))), ""))
    values = None if any(isinstance(step, Upgrade) for step in steps) else writes.values
    changes = live_changes(made.draft, updated, observed.live)
    run = new_run(command, observed.target, tuple(steps))
    return Prepared(observed, made, None, changes, run, values, None)


def _goal(observed: LiveObserved, request: InstallRequest, infrastructure: InfrastructureGoal) -> Goal:
    goal = build(observed.world.release, request, observed.world.instance)
    return replace(goal, namespace=infrastructure.platform_namespace, data_index=infrastructure.data_index_url)


@dataclass(frozen=True)
class _Writes:
    """What the plan changes: objects, and (None where they stay) the values of RHDH's Helm release."""

    edits: tuple[Edit, ...]
    values: dict[str, Any] | None


def _writes(cluster: Cluster, observed: LiveObserved, made: Plan, updated: Updated) -> _Writes:
    edits = tuple(
        _as_stored(cluster, observed, renamed(edit, observed.running.namespace))
        for edit in live_edits(made.draft, updated, observed.live)
    )
    values, home, stored = values_after(updated, observed.live), observed.world.instance.home, observed.stored
    if values is None and stored is not None and isinstance(home, HelmHome) and seen_by_pods(edits):
        # The chart's Deployment is not ours to restart: it makes new pods where its values say so.
        values = restarted(stored.values, home, edits, stored.revision)
    return _Writes(edits, values)


def _as_stored(cluster: Cluster, observed: LiveObserved, edit: Edit) -> Edit:
    """An edit as the API will keep it: a resource's defaults are filled in, and what it does not know is pruned.

    Asked by a dry run; a ConfigMap and a Secret are kept as they are sent. Whoever may not patch is told so later.
    """
    if edit.before is None or edit.ref.kind in ("ConfigMap", "Secret"):
        return edit
    version = observed.live.objects[path_of(edit.ref)]["metadata"]["resourceVersion"]
    patch = merge_patch(edit.before, edit.after)
    try:
        kept = _tried(cluster, edit.ref, patch, version)
    except Forbidden:
        return edit
    return replace(edit, after=content(kept))


def _tried(cluster: Cluster, ref: Ref, patch: dict[str, Any], version: str) -> Object:
    """A dry run of a patch. A status that moves meanwhile is none of its business: then it is tried once more."""
    kind = kind_of(ref)
    try:
        return cluster.patch(kind, ref.name, ref.namespace, patch, version=version, manager=MANAGER, dry_run=True)
    except Conflict:
        newer = cluster.get(kind, ref.name, ref.namespace)["metadata"]["resourceVersion"]
        return cluster.patch(kind, ref.name, ref.namespace, patch, version=newer, manager=MANAGER, dry_run=True)


def _steps(
    observed: LiveObserved, made: Plan, goal: Goal, writes: _Writes, ground: Ground, live: LiveRequest
) -> tuple[Step, ...]:
    target = observed.target
    steps = ground_steps(ground, target)
    if live.operators_only:
        return tuple(step for step in steps if not isinstance(step, Infrastructure) or step.stage == "operators")
    ours = _plugin_steps(observed, writes, live)
    steps += ours
    if steps and (ours or not isinstance(observed.world.instance.home, HelmHome)):
        steps.append(verification(observed.world, goal, made.draft, made.plugins, ground.platform))
    return tuple(steps)


def _plugin_steps(observed: LiveObserved, writes: _Writes, live: LiveRequest) -> list[Step]:
    workload = observed.running.workload or {"metadata": {}}
    upgrade = _upgrade(observed, writes.values, live)
    # Without its values a chart's RHDH would not see the rest.
    edits = () if upgrade is None and writes.values is not None else writes.edits
    return plugin_steps(edits, upgrade, observed.target, int(workload["metadata"].get("generation", 0)))


def _upgrade(observed: LiveObserved, after: dict[str, Any] | None, live: LiveRequest) -> Upgrade | None:
    """Of RHDH's own Helm release; None where its values stay or nobody says where its chart is."""
    stored = observed.stored
    if after is None or stored is None or live.chart is None:
        return None
    refuse_pending(stored)
    local = live.chart.startswith((".", "/")) or live.chart.endswith(".tgz")
    version = live.chart_version or (None if local else stored.chart_version)
    return Upgrade(stored.name, stored.namespace, live.chart, version, stored.revision, dict(stored.values), after)
