"""The plan of an installation: every planner in its order, then the prediction. Pure: data in, data out."""

from dataclasses import dataclass, replace

from installer.instance.instance import HelmHome, Layer
from installer.instance.manifests import Manifests
from installer.knowledge.aliases import npm_name
from installer.plan.data_index import DataIndexPlanner
from installer.plan.draft import Draft
from installer.plan.entries import EntryPlanner
from installer.plan.entry import entries_of, is_on, schema_of
from installer.plan.goal import Goal
from installer.plan.homes import Homes
from installer.plan.joining import join_plugins, join_settings
from installer.plan.loading import LoadingPlanner
from installer.plan.prediction import Prediction, World, in_force, included, predict
from installer.plan.settings import SettingsPlanner

NEW_PLUGINS = "includes:\n  - dynamic-plugins.default.yaml\n"


@dataclass(frozen=True)
class Plan:
    """The texts as they shall be, and what RHDH will do with them."""

    draft: Draft
    prediction: Prediction
    plugins: Layer
    app_config: tuple[Layer, ...]


def plan(world: World, goal: Goal, manifests: Manifests) -> Plan:
    """Raises InstallerError: TARGET, INVALID or DECIDE, as the planners do."""
    draft = Draft()
    homes = Homes(draft, world.instance, manifests)
    goal = _without_the_charts(world, goal, draft)
    if "email" in goal.parts and not any(one.group == "email" for one in goal.plugins):
        draft.warn("no-email", f"RHDH {goal.release.minor} has no plugin for notifications by mail")
    plugins = homes.plugins()
    if plugins.region.text.file.path in draft.inner:
        draft.texts[(plugins.region.text.file.path, ())] = (plugins.region.text, NEW_PLUGINS)
    layers = homes.app_config()
    if plugins.writable:
        join_plugins(draft, plugins)
    for layer in layers:
        if layer.writable:
            join_settings(draft, layer)
    effective = in_force(world, draft, plugins, layers)
    EntryPlanner(draft, goal, world.behaviour, plugins, included(world, draft, plugins)).plan()
    settings = SettingsPlanner(draft, goal, world.instance, layers, effective)
    DataIndexPlanner(draft, goal, world.instance, world.behaviour, plugins, settings).plan()
    settings.plan()
    LoadingPlanner(draft, goal, world.instance, homes, _scopes(world, draft, plugins)).plan()
    return Plan(draft, predict(world, draft, plugins, layers), plugins, layers)


def _without_the_charts(world: World, goal: Goal, draft: Draft) -> Goal:
    """With orchestrator.enabled the chart (RHDH 1.7 on) adds the Orchestrator's plugins by itself."""
    home = world.instance.home
    if not isinstance(home, HelmHome) or not home.orchestrator_enabled or goal.release.number < (1, 7):
        return goal
    draft.note("orchestrator.enabled is set in the values: the chart adds the Orchestrator's plugins by itself")
    rest = tuple(one for one in goal.plugins if one.group != "orchestrator")
    return replace(goal, plugins=rest)


def _scopes(world: World, draft: Draft, plugins: Layer) -> frozenset[str]:
    """The npm scopes of the entries that are on and come from a registry by name."""
    entries = entries_of(draft.value(plugins.region, schema_of(world.behaviour)))
    names = [
        npm_name(entry.package)
        for entry in entries
        if is_on(entry.data, world.behaviour) and not entry.package.endswith(".tgz")
    ]
    return frozenset(name.split("/")[0] for name in names if name and name.startswith("@"))
