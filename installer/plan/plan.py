"""The plan of an installation: every planner in its order, then the prediction. Pure: data in, data out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from installer.instance.instance import HelmHome, Layer
from installer.instance.manifests import Manifests
from installer.knowledge.aliases import npm_name, role, role_of
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.plan.data_index import DataIndexPlanner
from installer.plan.draft import Draft, Touched, node_at
from installer.plan.entries import EntryPlanner
from installer.plan.entry import entries_of, is_on, schema_of
from installer.plan.goal import Goal, GoalPlugin
from installer.plan.homes import Homes
from installer.plan.joining import join_plugins, join_settings
from installer.plan.loading import LoadingPlanner
from installer.plan.prediction import Prediction, World, in_force, included, predict
from installer.plan.settings import SettingsPlanner, at, leaves
from installer.yamltext.patch import Branch, Set

VARIABLE = late_pattern(r"\$\{(\w+)\}")
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
    if _chart_adds(world):
        _switch_doubles_off(world, draft, plugins)
    refused = _refused_as_it_is(world, draft, plugins, layers)
    if refused is not None:
        return Plan(draft, refused, plugins, layers)
    EntryPlanner(draft, goal, world.behaviour, plugins, included(world, draft, plugins)).plan()
    settings = SettingsPlanner(draft, goal, world.instance, layers, effective)
    DataIndexPlanner(draft, goal, world.instance, world.behaviour, plugins, settings).plan()
    settings.plan()
    LoadingPlanner(draft, goal, world.instance, homes, _scopes(world, draft, plugins)).plan()
    prediction = predict(world, draft, plugins, layers)
    _warn_variables(world, goal, draft, prediction)
    _note(draft, prediction)
    return Plan(draft, prediction, plugins, layers)


def _note(draft: Draft, prediction: Prediction) -> None:
    """What cannot be told without files that are not at hand, and what RHDH's installer would remark."""
    for name in prediction.plugins.unknown:
        if not any(note.startswith(name) for note in draft.notes):
            draft.note(f"{name} is not at hand: what it holds is left out of the prediction; --defaults FILE names it")
    for warning in prediction.plugins.warnings:
        draft.note(f"RHDH's installer: {warning}")


def _refused_as_it_is(world: World, draft: Draft, plugins: Layer, layers: tuple[Layer, ...]) -> Prediction | None:
    """A main file of another shape cannot be added to: what RHDH says of it, where it says something."""
    value = draft.value(plugins.region, schema_of(world.behaviour))
    listed = value.get("plugins") if isinstance(value, Mapping) else None
    if (value is None or isinstance(value, Mapping)) and (listed is None or isinstance(listed, list)):
        return None
    prediction = predict(world, draft, plugins, layers)
    return prediction if prediction.failure else None


def _warn_variables(world: World, goal: Goal, draft: Draft, prediction: Prediction) -> None:
    """Mail needs a server and a sender, which only a person knows; Backstage drops a value without its variable."""
    config = prediction.config.value if prediction.config else None
    provided = world.instance.environment
    names = [
        name
        for path, value in (leaf for one in goal.plugins if one.group == "email" for leaf in _said(one, prediction))
        if at(config, path) is None
        for name in VARIABLE.findall(str(value))
        if name not in provided.values and name not in provided.unknown and not provided.open
    ]
    if names and config is not None:
        draft.warn(
            "variables-missing",
            f"notifications by mail need {', '.join(names)}, which the manifests do not provide",
            fix="add them to a Secret that the container of RHDH gets as environment variables",
        )


def _said(wanted: GoalPlugin, prediction: Prediction) -> list[tuple[tuple[str, ...], Any]]:
    """The configuration that a plugin will have; the release's own where its default file is not at hand."""
    on = [plugin for plugin in prediction.plugins.plugins if plugin.enabled and role_of(plugin.package) == wanted.role]
    return [
        leaf
        for plugin in on
        for config in [plugin.plugin_config or wanted.plugin_config or wanted.pinned_config]
        if isinstance(config, Mapping)
        for leaf in leaves(config)
    ]


def _chart_adds(world: World) -> bool:
    """With orchestrator.enabled the chart (RHDH 1.7 on) adds the Orchestrator's plugins by itself."""
    home = world.instance.home
    return isinstance(home, HelmHome) and home.orchestrator_enabled and world.release.number >= (1, 7)


def _without_the_charts(world: World, goal: Goal, draft: Draft) -> Goal:
    if not _chart_adds(world):
        return goal
    draft.note("orchestrator.enabled is set in the values: the chart adds the Orchestrator's plugins by itself")
    return replace(goal, plugins=tuple(one for one in goal.plugins if one.group != "orchestrator"))


def _switch_doubles_off(world: World, draft: Draft, plugins: Layer) -> None:
    """No plugin is on twice. From RHDH 1.9 on the simulator says what RHDH does with a double: it does not start."""
    if world.release.number >= (1, 9):
        return
    schema = schema_of(world.behaviour)
    patch, found = Branch(), []
    for entry in entries_of(draft.value(plugins.region, schema)):
        if entry.role and role(entry.role).group == "orchestrator" and is_on(entry.data, world.behaviour):
            patch.put(("plugins", entry.number, "disabled"), Set(value=True))
            place = draft.place(plugins.region, node_at(draft.root(plugins.region), ("plugins", entry.number)))
            found.append((entry.package, place))
    draft.patch(plugins.region, patch, schema, Touched(plugins.ref, plugins.owner, "switches off what the chart adds"))
    for package, place in found:
        draft.warn(
            "chart-adds-plugin",
            f"{package} is switched off: with orchestrator.enabled the chart adds the same plugin",
            where=place,
            fix="remove the entry, or set orchestrator.enabled to false and run the command again",
        )


def _scopes(world: World, draft: Draft, plugins: Layer) -> frozenset[str]:
    """The npm scopes of the entries that are on and come from a registry by name."""
    entries = entries_of(draft.value(plugins.region, schema_of(world.behaviour)))
    names = [
        npm_name(entry.package)
        for entry in entries
        if is_on(entry.data, world.behaviour) and not entry.package.endswith(".tgz")
    ]
    return frozenset(name.split("/")[0] for name in names if name and name.startswith("@"))
