"""Switches plugins on and off, and takes their entries out: `plugins enable`, `disable`, `remove`. Prints nothing."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from installer.flow.installation import Confirm, Progress
from installer.flow.observing import orchestrator_of
from installer.flow.plugins_changing import Decision, Planner, Wanted, change, edited, entries
from installer.flow.plugins_source import Source, plugins_of
from installer.flow.saying import discreet
from installer.instance.instance import Layer
from installer.knowledge.aliases import npm_name, role, role_of
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan.draft import Draft
from installer.plan.homes import Homes
from installer.plan.naming import Named, named, plugins_in
from installer.plan.prediction import Prediction, predict
from installer.plan.switching import Key, Turn, take_out, turn
from installer.plan.versions_edits import Add
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import INHERIT, OCI, parse_oci, version_of
from installer.registries.specs import source_of
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

Verb = Literal["enable", "disable", "remove"]
_NAMED = 5
_TARGET = ExitCode.TARGET


@dataclass(frozen=True, slots=True)
class SwitchRequest:
    """What to do to which plugins, by their names as typed."""

    verb: Verb
    names: tuple[str, ...]


@discreet
def switch(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    asked: SwitchRequest,
    wanted: Wanted,
    *,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """Nothing is changed where one of the names means no plugin, or several (TARGET), or RHDH would not start.

    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, CONFLICT, UNREACHABLE.
    """
    with plugins_of(request, connection, progress) as source:
        chosen = _chosen(source, asked)
        pending = tuple(one for one in chosen if _is_pending(one, asked.verb))
        decision = _decision(source, asked.verb, chosen, pending)
        return change(source, decision, wanted, confirm=confirm, progress=progress)


def _chosen(source: Source, asked: SwitchRequest) -> tuple[Named, ...]:
    """The plugins that are meant. Raises InstallerError with every name that is none, or not one."""
    outcome = source.prediction.plugins
    every = plugins_in((*outcome.plugins, *outcome.dropped), entries(source), source.world.behaviour)
    found = {name: named(name, every) for name in asked.names}
    problems = [_not_one(name, meant, source) for name, meant in found.items() if len(meant) != 1]
    if problems:
        raise InstallerError(*problems)
    return tuple({meant[0].packages: meant[0] for meant in found.values()}.values())


def _not_one(name: str, meant: tuple[Named, ...], source: Source) -> Problem:
    if not meant:
        unseen = source.prediction.plugins.unknown
        where = f", as far as it is at hand ({', '.join(unseen)} is not)" if unseen else ""
        fix = "add --defaults FILE" if unseen else "rhdh-orchestrator plugins list shows what there is"
        return Problem("plugin-unknown", f"no plugin is called {name} in this configuration{where}", None, fix, _TARGET)
    listed = ", ".join(one.package for one in meant[:_NAMED])
    message = f"{name} means {len(meant)} plugins: {listed}"
    return Problem("plugin-ambiguous", message, None, "name one by its whole package", _TARGET)


def _is_pending(one: Named, verb: Verb) -> bool:
    return bool(one.entries) if verb == "remove" else one.on != (verb == "enable")


def _decision(source: Source, verb: Verb, chosen: tuple[Named, ...], pending: tuple[Named, ...]) -> Decision:
    rows = [_row(one, source, verb) for one in chosen]
    if not pending:
        return Decision(verb, _nothing, {"plugins": rows}, "".join(_unchanged(chosen, verb)))
    plan = _plan(source, verb, pending)
    after = _tried(source, plan)
    warnings = (*_set_warnings(source, verb, pending), *_also(source, after, pending), *_stays(after, verb, pending))
    problems = () if verb == "remove" or after.failure else tuple(_without_effect(after, verb, pending))
    return Decision(verb, plan, {"plugins": rows}, "", warnings, problems)


def _nothing(draft: Draft, layer: Layer) -> None:
    """Where there is nothing to change."""


def _unchanged(chosen: Iterable[Named], verb: Verb) -> Iterator[str]:
    for one in chosen:
        state = "has no entry of its own" if verb == "remove" else f"is {'on' if one.on else 'off'} already"
        yield mask_message(f"{one.package} {state}: nothing to change\n")


# -- the edits


def _plan(source: Source, verb: Verb, pending: tuple[Named, ...]) -> Planner:
    behaviour = source.world.behaviour
    if verb == "remove":
        own = [entry for one in pending for entry in one.entries]
        summary = f"removes {_list(one.package for one in pending)}"
        return partial(take_out, behaviour=behaviour, entries=own, summary=summary)
    key, on = source.known_release().switch, verb == "enable"
    turns = [_turn(one, key, on=on) for one in pending if one.entries]
    added = [_addition(one, behaviour, key, on=on) for one in pending if not one.entries]
    add = edited(source, added)

    def plan(draft: Draft, layer: Layer) -> None:
        if turns:
            turn(draft, layer, behaviour, turns)
        if added:
            add(draft, layer)

    return plan


def _turn(one: Named, key: Key, *, on: bool) -> Turn:
    """The last entry of a plugin that has several decides (RHDH up to 1.8)."""
    return Turn(one.entries[-1], key, on, f"switches {one.package} {'on' if on else 'off'}")


def _addition(one: Named, behaviour: Behaviour, key: Key, *, on: bool) -> Add:
    """What only the defaults have gets an entry of its own, which RHDH lays over theirs."""
    value = on if key == "enabled" else not on
    return Add({"package": _over(one.package, behaviour), key: value}, f"adds an entry for {one.package}")


def _over(package: str, behaviour: Behaviour) -> str:
    """An image as the defaults have it, at whatever version they will have it."""
    parts = parse_oci(package, behaviour) if behaviour.oci == "pattern" and package.startswith(OCI) else None
    if parts is None:
        return package
    return f"{parts.registry}:{INHERIT}{f'!{parts.plugin}' if parts.plugin else ''}"


# -- what comes of it


def _tried(source: Source, plan: Planner) -> Prediction:
    draft = Draft()
    layer = Homes(draft, source.world.instance, source.manifests).plugins()
    plan(draft, layer)
    return predict(source.world, draft, layer, source.layers)


def _states(prediction: Prediction) -> dict[str, bool]:
    outcome = prediction.plugins
    return {one.key: one.enabled for one in (*outcome.plugins, *outcome.dropped)}


def _without_effect(after: Prediction, verb: Verb, pending: Iterable[Named]) -> Iterator[Problem]:
    states = _states(after)
    for one in pending:
        key = one.plugin.key if one.plugin else ""
        if states.get(key, verb == "enable") != (verb == "enable"):
            message = f"{one.package} would stay {'off' if verb == 'enable' else 'on'}: another entry decides"
            fix = "rhdh-orchestrator config effective says where each plugin comes from"
            yield Problem("switch-without-effect", message, None, fix, ExitCode.FINDINGS)


def _also(source: Source, after: Prediction, pending: Iterable[Named]) -> Iterator[Problem]:
    """RHDH leaves out an image as a whole where an entry without a plugin's directory is off."""
    meant = {one.plugin.key for one in pending if one.plugin}
    before, now = _states(source.prediction), _states(after)
    changed = [key for key, on in before.items() if key not in meant and key in now and now[key] != on]
    if changed and not after.failure:
        message = f"this also switches {_list(changed)}"
        yield Problem("also-switched", message, None, "look at the preview before you confirm")


def _stays(after: Prediction, verb: Verb, pending: Iterable[Named]) -> Iterator[Problem]:
    """What an include has goes on without the entry that was laid over it."""
    if verb != "remove" or after.failure:
        return
    states = _states(after)
    for one in pending:
        if one.plugin is not None and states.get(one.plugin.key):
            fix = f"rhdh-orchestrator plugins disable {one.package}"
            yield Problem("stays-on", f"{one.package} stays on: the defaults have it on", None, fix)


def _set_warnings(source: Source, verb: Verb, pending: Iterable[Named]) -> Iterator[Problem]:
    """The Orchestrator's plugins need each other."""
    touched = {found for one in pending if (found := _orchestrator_role(one.package))}
    if not touched:
        return
    on = {
        found for one in source.prediction.plugins.plugins if one.enabled and (found := _orchestrator_role(one.package))
    }
    if verb == "enable":
        members = {one.role for one in orchestrator_of(source.world.release)}
        rest, state = sorted(members - on - touched), "off"
    else:
        rest, state = sorted(on - touched), "on"
    if rest:
        message = f"the Orchestrator's plugins work together, and {_list(rest)} would be {state}"
        fix = f"rhdh-orchestrator plugins {verb} {' '.join((*sorted(touched), *rest))}"
        yield Problem("orchestrator-set", message, None, fix)


def _orchestrator_role(package: str) -> str | None:
    found = role_of(package)
    return found if found is not None and role(found).group == "orchestrator" else None


def _list(packages: Iterable[str]) -> str:
    return ", ".join(packages)


def _row(one: Named, source: Source, verb: Verb) -> dict[str, Any]:
    kind = source_of(one.package)
    place = source.prediction.place(one.plugin.origin) if one.plugin else None
    return {
        "package": mask_message(one.package),
        "name": mask_message((npm_name(one.package) if kind in ("npm", "tgz") else None) or one.package),
        "source": kind,
        "current": version_of(one.package),
        "wanted": None,
        "latest": None,
        "integrity": {"value": None, "state": "unchecked", "expected": None},
        "reason": None if _is_pending(one, verb) else "nothing to change",
        "enabled": one.on,
        "origin": f"{place.file}:{place.line}" if place else None,
    }
