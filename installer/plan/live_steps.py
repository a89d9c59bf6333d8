"""From what a plan changes to the ordered steps of a run. Reads and writes nothing."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from installer.instance.instance import HelmHome, Layer
from installer.knowledge.aliases import role_of
from installer.model.change import Flavour
from installer.model.dataclass import dataclass
from installer.model.run import Edit, Infrastructure, Operator, Operators, Rollout, Stage, Step, Target, Upgrade, Verify
from installer.model.run import Writes as Written
from installer.plan.draft import Draft
from installer.plan.entry import entries_of, is_on, schema_of
from installer.plan.goal import Goal
from installer.plan.prediction import World
from installer.plan.restarts import RESTARTED_FOR

# Where RHDH's chart takes the annotations of pods, by the layout of its values.
_POD_ANNOTATIONS = {1: ("upstream", "backstage", "podAnnotations"), 2: ("podAnnotations",)}


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


def restarted(values: Mapping[str, Any], home: HelmHome, edits: tuple[Edit, ...], revision: int) -> dict[str, Any]:
    """The values of a Helm release with which its chart makes new pods, for they read what `edits` change.

    The mark tells these edits upon that revision, so that a plan made again is the same one.
    """
    told = json.dumps([[str(one.ref), one.after] for one in edits], sort_keys=True)
    mark = hashlib.sha256(f"{revision}\n{told}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return _put(values, (*map(str, home.values.path), *_POD_ANNOTATIONS[home.layout]), {RESTARTED_FOR: mark})


def is_restart(before: Mapping[str, Any], after: Mapping[str, Any], home: HelmHome) -> bool:
    """Whether the values differ in such a mark alone."""
    path = (*map(str, home.values.path), *_POD_ANNOTATIONS[home.layout])
    place: Any = after
    for key in path:
        place = place.get(key) if isinstance(place, Mapping) else None
    mark = place.get(RESTARTED_FOR) if isinstance(place, Mapping) else None
    return mark is not None and before != after and _put(before, path, {RESTARTED_FOR: mark}) == after


def _put(tree: Mapping[str, Any], path: tuple[str, ...], more: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a tree with more members at a path."""
    if not path:
        return {**tree, **more}
    inner = tree.get(path[0])
    return {**tree, path[0]: _put(inner if isinstance(inner, Mapping) else {}, path[1:], more)}


def seen_by_pods(edits: tuple[Edit, ...]) -> bool:
    """Whether a pod that starts would read something new; a Secret alone rolls nothing."""
    return any(edit.ref.kind != "Secret" for edit in edits)


def _seen_by_pods(edits: tuple[Edit, ...], upgrade: Upgrade | None, target: Target) -> bool:
    """Of a chart only its values roll pods."""
    if target.flavour == "helm":
        return upgrade is not None
    return seen_by_pods(edits)


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
