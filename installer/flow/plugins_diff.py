"""Shows what the defaults of two releases change for a configuration: `plugins diff`. Writes nothing, asks nobody."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from installer.desired.defaults import known_defaults
from installer.flow.observing import orchestrator_of, read_file
from installer.flow.plugins_source import Progress, Source, plugins_of
from installer.flow.saying import discreet
from installer.flow.views import failure_view
from installer.instance.instance import Layer, Region
from installer.knowledge.aliases import npm_name
from installer.knowledge.releases import Release, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan.defaults_diff import DefaultPlugin, Difference, Side, differences
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE
from installer.plan.prediction import Prediction, predict
from installer.plugins.behaviour import behaviour
from installer.plugins.identity import version_of
from installer.plugins.outcome import ABSENT, EffectivePlugin
from installer.plugins.simulate import simulate
from installer.registries.specs import source_of
from installer.yamltext.redaction import mask_message
from installer.yamltext.text import Text
from installer.yamltext.values import same

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

_ALONE = f"includes: [{DEFAULT_FILE}]\nplugins: []\n"
_KEYS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """The two releases as typed; `new_defaults` is the second one's default file (the first's is the request's)."""

    before: str
    after: str
    new_defaults: str | None = None
    exit_code: bool = False


@dataclass(frozen=True)
class _Half:
    """A release, what RHDH does with the configuration there, and the release's defaults."""

    release: Release
    prediction: Prediction
    defaults: tuple[DefaultPlugin, ...]

    @property
    def side(self) -> Side:
        return Side(self.defaults, (*self.prediction.plugins.plugins, *self.prediction.plugins.dropped))


@discreet
def diff(
    request: ConfigRequest, connection: "ConnectionOptions | None", asked: DiffRequest, progress: Progress
) -> Report:
    """The configuration is run through the rules of both releases; where the second would not start, that is an error.

    Raises InstallerError: TARGET (an unknown release, a missing file), INVALID, DECIDE, DENIED, UNREACHABLE.
    """
    releases = release(asked.before), release(asked.after)
    with plugins_of(replace(request, rhdh_version=asked.before), connection, progress) as source:
        before, after = _halves(source, releases, asked.new_defaults)
        found = differences(before.side, after.side)
        result = {
            **source.view,
            "from": _view(before),
            "to": _view(after),
            "defaultsKnown": "whole" if asked.new_defaults else "orchestrator",
            "plugins": [_row(one, before, after) for one in found],
        }
        first = _would_fail(before, "rhdh-orchestrator config effective says more", ExitCode.OK)
        warnings = (*source.warnings, *_partial(asked), *first)
        errors = _would_fail(after, "correct what is named above before the upgrade", ExitCode.FINDINGS)
        gate = ExitCode.PENDING if asked.exit_code and found else ExitCode.OK
        return Report(result, _text(found, before, after), (), warnings, errors, gate)


def _halves(source: Source, releases: tuple[Release, Release], new_defaults: str | None) -> tuple[_Half, _Half]:
    """Of two default files both are laid under the configuration, of one alone none: the rest would look gone."""
    old, new = releases
    given = source.world.instance.defaults.get(DEFAULT_FILE)
    if new_defaults is None or given is None:
        bare = (_with(source, one, None) for one in releases)
        first, second = (_Half(one, found, known_defaults(one)) for one, found in zip(releases, bare, strict=True))
        return first, second
    layer = Layer(DEFAULT_FILE, Region(Text.of(read_file(new_defaults))), "person", writable=False)
    return (
        _Half(old, source.prediction, _defaults(given, old)),
        _Half(new, _with(source, new, layer), _defaults(layer, new)),
    )


def _with(source: Source, chosen: Release, defaults: Layer | None) -> Prediction:
    """The configuration as another release reads it."""
    instance = source.world.instance
    included = {name: one for name, one in instance.defaults.items() if name != DEFAULT_FILE}
    included |= {DEFAULT_FILE: defaults} if defaults else {}
    world = replace(
        source.world,
        instance=replace(instance, defaults=included),
        release=chosen,
        chart_plugins=orchestrator_of(chosen),
    )
    return predict(world, Draft(), source.plugins, source.layers)


def _defaults(layer: Layer, chosen: Release) -> tuple[DefaultPlugin, ...]:
    """A default file by itself, as RHDH reads it."""
    text = Draft().characters(layer.region.text)
    found = simulate(_ALONE, lambda name: text if name == DEFAULT_FILE else ABSENT, behaviour(chosen.behaviour))
    return tuple(DefaultPlugin(one.package, one.enabled, one.plugin_config or {}) for one in found.plugins)


# -- what is said about it


def _partial(asked: DiffRequest) -> tuple[Problem, ...]:
    if asked.new_defaults:
        return ()
    message = "of the defaults only the Orchestrator's groups are known here; everything else in them is not compared"
    fix = f"add --defaults FILE --new-defaults FILE, the {DEFAULT_FILE} of both releases"
    return (Problem("defaults-unknown", message, None, fix),)


def _would_fail(half: _Half, fix: str, said: ExitCode) -> tuple[Problem, ...]:
    """That RHDH would not start with it, where that is so."""
    failure = half.prediction.failure
    if failure is None:
        return ()
    message = f"RHDH {half.release.minor} would not start with this: {failure.message}"
    return (Problem("rhdh-would-fail", message, failure.where, fix, said),)


def _view(half: _Half) -> dict[str, Any]:
    return {"release": half.release.version, "failure": failure_view(half.prediction.failure)}


def _row(one: Difference, before: _Half, after: _Half) -> dict[str, Any]:
    shown = one.after or one.before
    assert shown is not None  # noqa: S101 - one of the two has it
    source = source_of(shown.package)
    return {
        "package": mask_message(shown.package),
        "name": (npm_name(shown.package) if source in ("npm", "tgz") else None) or one.name,
        "source": source,
        "current": version_of(one.before.package) if one.before else None,
        "wanted": version_of(one.after.package) if one.after else None,
        "latest": None,
        "integrity": {"value": None, "state": "unchecked", "expected": None},
        "reason": "; ".join(_consequences(one, before, after)) or None,
        "change": one.what,
        "before": mask_message(one.before.package) if one.before else None,
        "after": mask_message(one.after.package) if one.after else None,
        "enabledByDefault": {"before": _enabled(one.before), "after": _enabled(one.after)},
        "enabled": {"before": _enabled(one.on[0]), "after": _enabled(one.on[1])},
        "configKeys": list(map(mask_message, one.keys)),
        "concerns": one.concerns,
        "origin": _origin(one, before),
    }


def _enabled(one: DefaultPlugin | EffectivePlugin | None) -> bool | None:
    return None if one is None else one.enabled


def _origin(one: Difference, before: _Half) -> str | None:
    if one.written is None:
        return None
    place = before.prediction.place(one.written.origin)
    return f"{place.file}:{place.line}"


def _consequences(one: Difference, before: _Half, after: _Half) -> Iterator[str]:
    """What it means here, in words."""
    was, will = (bool(_enabled(plugin)) for plugin in one.on)
    if was != will and after.prediction.failure is None:
        yield "it comes on" if will else "it goes off"
    written = one.written
    if written is not None and one.what == "renamed" and one.after is not None:
        yield f"the entry at {_origin(one, before)} names {mask_message(written.package)}, now {_short(one.after)}"
    if written is not None and one.what == "gone":
        yield f"the entry at {_origin(one, before)} has no default below it any more"
        if source_of(written.package) == "local" and written.enabled:
            yield f"RHDH {after.release.minor} may not have {mask_message(written.package)} in its image"
    if was and will and not _same_config(one.on):
        yield "its pluginConfig in force changes"


def _same_config(on: tuple[EffectivePlugin | None, EffectivePlugin | None]) -> bool:
    """An entry's own pluginConfig takes the place of the default's as a whole, which is then no matter."""
    before, after = ((one.plugin_config if one else None) or {} for one in on)
    return same(before, after)


def _short(default: DefaultPlugin) -> str:
    return mask_message(default.package)


def _text(found: tuple[Difference, ...], before: _Half, after: _Half) -> str:
    here = [one for one in found if one.concerns]
    rest = [one for one in found if not one.concerns]
    head = (
        f"RHDH {before.release.version} -> {after.release.version}: {len(here)} difference(s) for this configuration\n"
    )
    told = [_lines(one, before, after) for one in here]
    if rest:
        told.append(f"{len(rest)} more of plugins that are off in both, and not configured here:\n")
        told += [f"  {one.what:<7}  {one.name}{_moved(one)}\n" for one in rest]
    return f"{head}{''.join(told)}"


def _lines(one: Difference, before: _Half, after: _Half) -> str:
    lines = [f"{one.what:<7}  {one.name}{_moved(one)}"]
    if one.before and one.after and one.before.enabled != one.after.enabled:
        lines.append(f"  by default {_word(one.before)}, now {_word(one.after)}")
    if one.keys:
        more = len(one.keys) - _KEYS_SHOWN
        lines.append(f"  pluginConfig: {', '.join(one.keys[:_KEYS_SHOWN])}{f' and {more} more' if more > 0 else ''}")
    lines += [f"  {text}" for text in _consequences(one, before, after)]
    return "".join(f"{mask_message(line)}\n" for line in lines)


def _word(default: DefaultPlugin) -> str:
    return "on" if default.enabled else "off"


def _moved(one: Difference) -> str:
    if one.before is None or one.after is None or one.before.package == one.after.package:
        return ""
    return mask_message(f": {one.before.package} -> {one.after.package}")
