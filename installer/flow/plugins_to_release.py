"""Moves the entries of dynamic-plugins.yaml to another release of RHDH: `plugins upgrade --to-release`.

Packages of npm become their successors of that release: images from RHDH 1.9 on. The text of before is tried as the
release of before, the new text as the new one. Adds no plugin, and leaves app-config to `install`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from installer.desired.build import build
from installer.flow.installation import Confirm, Progress
from installer.flow.observing import orchestrator_of, read_file
from installer.flow.plugins_changing import Decision, Wanted, change, entries
from installer.flow.plugins_source import OnCluster, Source, plugins_of
from installer.flow.plugins_standing import Standing
from installer.flow.plugins_upgrade import standings
from installer.flow.saying import discreet
from installer.flow.views import failure_view
from installer.instance.instance import Layer, Region
from installer.knowledge.aliases import npm_name, role_of
from installer.knowledge.releases import Release, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem, fail
from installer.model.report import Report
from installer.model.request import ConfigRequest, InstallRequest
from installer.plan.draft import Draft
from installer.plan.entries import EntryPlanner
from installer.plan.entry import DEFAULT_FILE, entries_of, schema_of
from installer.plan.goal import Goal
from installer.plan.joining import join_plugins
from installer.plan.prediction import Prediction, World, included, predict
from installer.plugins.identity import INHERIT, name_of, version_of
from installer.plugins.outcome import EffectivePlugin
from installer.registries.specs import source_of
from installer.yamltext.redaction import mask_message
from installer.yamltext.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from installer.cluster.options import ConnectionOptions


@dataclass(frozen=True)
class _Move:
    """The main file, as which RHDH it is tried, and the plugins of that release that have an entry."""

    source: Source
    world: World
    goal: Goal

    def plan(self, draft: Draft, layer: Layer) -> None:
        """Raises InstallerError: INVALID, DECIDE where an image has no version that is known."""
        join_plugins(draft, layer)
        below = included(self.world, draft, layer)
        EntryPlanner(draft, self.goal, self.world.behaviour, layer, below).plan()


@discreet
def to_release(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    target: str,
    new_defaults: str | None,
    wanted: Wanted,
    *,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """The entries of the main file as those of the release `target`; `new_defaults` is that one's default file.

    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, UNREACHABLE, FINDINGS where the RHDH of a cluster, which
    still is of another release, would not start.
    """
    chosen = release(target)
    with plugins_of(request, connection, progress) as source:
        decision = _decided(source, chosen, new_defaults, progress)
        return change(source, decision, wanted, confirm=confirm, progress=progress)


def _decided(source: Source, new: Release, new_defaults: str | None, progress: Progress) -> Decision:
    old = source.known_release()
    progress(f"planning for RHDH {new.version}")
    before = standings(source)
    move = _move(source, new, new_defaults, before)
    scratch = Draft()
    layer = source.plugins
    assert layer is not None  # noqa: S101 - `standings` refuses what has none
    move.plan(scratch, layer)
    after = predict(move.world, scratch, layer, source.layers)
    _refuse_running(source, move, scratch, layer)
    rows = [_row(one, move, scratch, layer) for one in before]
    result = {"plugins": rows, "before": {"release": old.version, "failure": failure_view(source.prediction.failure)}}
    kept = _kept(source, after, {one.number: one for one in before})
    warnings = (*_before(source, old), *_losses(source.prediction, after, move), *kept)
    return Decision(
        "upgrade",
        move.plan,
        {**result, "release": new.version},
        "".join(f"{row['package']}: {row['reason']}\n" for row in rows),
        warnings,
        world=move.world,
    )


def _move(source: Source, new: Release, new_defaults: str | None, before: list[Standing]) -> _Move:
    """The default file of the release of before says nothing of the new one's."""
    instance = source.world.instance
    defaults = {name: one for name, one in instance.defaults.items() if name.rpartition("/")[2] != DEFAULT_FILE}
    if new_defaults is not None:
        text = Text.of(read_file(new_defaults))
        defaults[DEFAULT_FILE] = Layer(DEFAULT_FILE, Region(text), "person", writable=False)
    instance = replace(instance, defaults=defaults)
    world = World(instance, new, None, orchestrator_of(new))
    present = {role_of(one.package) for one in before}
    goal = build(new, InstallRequest("", extras=frozenset({"email"})), instance)
    return _Move(source, world, replace(goal, plugins=tuple(one for one in goal.plugins if one.role in present)))


def _refuse_running(source: Source, move: _Move, draft: Draft, layer: Layer) -> None:
    """A cluster reads the text at once, with the release that it runs. Raises InstallerError (FINDINGS)."""
    if not isinstance(source.origin, OnCluster) or source.known_release().minor == move.world.release.minor:
        return
    failure = predict(source.world, draft, layer, source.layers).failure
    if failure is not None:
        running = source.known_release().version
        message = f"this RHDH runs {running}, which would not start with the text of the new release: {failure.message}"
        fix = "upgrade RHDH itself first; or prepare its manifests with --directory DIR"
        raise fail(ExitCode.FINDINGS, "release-not-running", message, where=failure.where, fix=fix)


# -- what is said


def _row(one: Standing, move: _Move, draft: Draft, layer: Layer) -> dict[str, Any]:
    """One of `result.plugins`: `wanted` is what stands behind the successor's name."""
    kind = source_of(one.package)
    successor = _successor(one, move, draft, layer)
    package = one.package if successor is None else str(successor["package"])
    integrity = None if successor is None else successor.get("integrity")
    return {
        "package": mask_message(one.package),
        "name": (npm_name(one.package) if kind in ("npm", "tgz") else None) or name_of(one.package),
        "source": kind,
        "current": version_of(one.package),
        "wanted": INHERIT if INHERIT in package else version_of(package),
        "latest": None,
        "integrity": {"value": integrity, "state": "unchecked", "expected": None},
        "reason": mask_message(_reason(one, package, move, gone=successor is None)),
        "successor": mask_message(package),
        "origin": f"{one.where.file}:{one.where.line}",
    }


def _successor(one: Standing, move: _Move, draft: Draft, layer: Layer) -> "Mapping[str, Any] | None":
    """The entry of the same plugin in the new text; None where it went (a second one of the same plugin)."""
    new = entries_of(draft.value(layer.region, schema_of(move.world.behaviour)))
    role = role_of(one.package)
    same = [each for each in new if each.package == one.package]
    successors = [each for each in new if role is not None and each.role == role]
    return next((each.data for each in (*same, *successors)), None)


def _reason(one: Standing, package: str, move: _Move, *, gone: bool) -> str:
    release_name = f"RHDH {move.world.release.minor}"
    if gone:
        return f"removed: another entry is the same plugin in {release_name}"
    if package != one.package:
        return f"becomes {package} in {release_name}"
    if role_of(one.package) is None:
        return f"nothing is known of it in {release_name}: it stays as it is"
    return "it stays as it is"


def _before(source: Source, old: Release) -> Iterator[Problem]:
    failure = source.prediction.failure
    if failure is not None:
        message = f"RHDH {old.version} would not start with the text of before: {failure.message}"
        yield Problem("rhdh-would-fail", message, failure.where)


def _losses(before: Prediction, after: Prediction, move: _Move) -> Iterator[Problem]:
    """What was on and is not on any more, and what was configured and is not."""
    now = {_identity(one): one for one in after.plugins.plugins if one.enabled}
    for one in before.plugins.plugins:
        if not one.enabled:
            continue
        successor = now.get(_identity(one))
        where = before.place(one.origin)
        if successor is None:
            yield Problem(
                "plugin-lost", f"{one.package} is on now, and would not be in RHDH {move.world.release.minor}", where
            )
            continue
        lost = sorted(_leaves(one.plugin_config) - _leaves(successor.plugin_config))
        if lost and not (after.plugins.unknown and not successor.plugin_config):
            shown = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")  # noqa: PLR2004
            yield Problem("config-lost", f"{successor.package} has no {shown}, which {one.package} has now", where)


def _kept(source: Source, after: Prediction, before: "Mapping[int | None, Standing]") -> Iterator[Problem]:
    """A pluginConfig that a person wrote stays, and hides what the new release's defaults may bring."""
    images = {role_of(one.package) for one in after.plugins.plugins if one.enabled and INHERIT in one.package}
    for entry in entries(source):
        if entry.data.get("pluginConfig") and entry.role in images and INHERIT not in entry.package:
            message = (
                f"the pluginConfig of {entry.package} stays, and hides the one that the new release brings with it"
            )
            fix = "remove it where it is not yours: RHDH's defaults configure the plugin"
            yield Problem("config-kept", message, before[entry.number].where, fix)


def _identity(one: EffectivePlugin) -> str:
    return role_of(one.package) or one.name


def _leaves(config: object, path: str = "") -> set[str]:
    """The paths of what is configured; the key of a frontend is the plugin's name, which may change."""
    if not isinstance(config, dict) or not config:
        return {path} if path else set()
    found: set[str] = set()
    for key, value in config.items():
        name = "*" if path == "dynamicPlugins.frontend" else str(key)
        found |= _leaves(value, f"{path}.{name}" if path else name)
    return found
