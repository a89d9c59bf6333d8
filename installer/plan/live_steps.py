"""From what a plan changes to the ordered steps of a run. Reads and writes nothing."""

from dataclasses import dataclass
from typing import Any

from installer.instance.instance import Layer
from installer.knowledge.aliases import role_of
from installer.model.change import Flavour
from installer.model.run import Edit, Infrastructure, Operator, Operators, Rollout, Stage, Step, Target, Upgrade, Verify
from installer.model.run import Writes as Written
from installer.plan.draft import Draft
from installer.plan.entry import entries_of, is_on, schema_of
from installer.plan.goal import Goal
from installer.plan.prediction import World


@dataclass(frozen=True)
class Ground:
    """What stands below the plugins: operators to wait for, stages of our chart to go through, with its values."""

    operators: tuple[Operator, ...]
    stages: tuple[Stage, ...]
    values: dict[str, Any]
    platform: str


def ground_steps(ground: Ground, target: Target) -> list[Step]:
    """Operators, what they make possible, and what is made of it; nothing where all is there."""
    steps: list[Step] = []
    if "operators" in ground.stages:
        steps.append(Infrastructure("operators", target.namespace, ground.values))
    if ground.operators:
        steps.append(Operators(ground.operators))
    later: tuple[Stage, ...] = ("knative", "platform")
    steps += [Infrastructure(one, target.namespace, ground.values) for one in later if one in ground.stages]
    return steps


def plugin_steps(edits: tuple[Edit, ...], upgrade: Upgrade | None, target: Target, generation: int) -> list[Step]:
    """The writes and the one rollout that follows, where a pod sees something of them.

    :param generation: the workload's, before the first write
    """
    steps: list[Step] = [Written(edits)] if edits else []
    steps += [upgrade] if upgrade else []
    if target.workload is not None and _seen_by_pods(edits, upgrade, target):
        steps.append(Rollout(target.workload, _starter(edits, target), generation))
    return steps


def _seen_by_pods(edits: tuple[Edit, ...], upgrade: Upgrade | None, target: Target) -> bool:
    """Of a chart only its values roll pods; a Secret alone rolls nothing."""
    if target.flavour == "helm":
        return upgrade is not None
    return any(edit.ref.kind != "Secret" for edit in edits)


def _starter(edits: tuple[Edit, ...], target: Target) -> Flavour:
    """Who starts the rollout: of a plain workload its own changed template does, where that is among the edits."""
    if target.flavour == "plain" and any(edit.ref == target.workload for edit in edits):
        return "operator"
    return target.flavour


def verification(world: World, goal: Goal, draft: Draft, plugins: Layer, platform: str) -> Verify:
    """What must be seen at the end: the packages of our plugins that are on, as the installer's log names them."""
    roles = {one.role for one in goal.plugins}
    entries = entries_of(draft.value(plugins.region, schema_of(world.behaviour)))
    packages = [one.package for one in entries if is_on(one.data, world.behaviour) and role_of(one.package) in roles]
    return Verify(tuple(dict.fromkeys(map(logged, packages))), platform)


def logged(package: str) -> str:
    """The part of a package that the log holds whatever version it comes to."""
    if package.startswith("oci://"):
        image = package.partition("!")[0].removeprefix("oci://")
        folder, slash, name = image.rpartition("/")
        return f"oci://{folder}{slash}{name.partition('@')[0].partition(':')[0]}"
    name, at, _ = package.rpartition("@")
    return name if at and name else package
