"""What RHDH will do with a draft: both simulators run on the planned texts, with the places of a person's files.

Predicts; changes nothing.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from installer.instance.instance import HelmHome, Instance, Layer
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE, Included, entries_of
from installer.plan.goal import GoalPlugin
from installer.plan.rendering import Rendering, dump, render
from installer.plugins.behaviour import Behaviour, behaviour
from installer.plugins.outcome import ABSENT, UNKNOWN, Include, Origin, Outcome
from installer.plugins.simulate import simulate as simulate_plugins
from installer.yamltext.reading import Unreadable, composed
from installer.yamltext.values import Schema, construct

if TYPE_CHECKING:  # the app-config's rules cost more than the plugins', and some ask for the plugins alone
    from installer.appconfig.simulate import Effective, Switches

MAIN = "dynamic-plugins.yaml"
GENERATED = "app-config.dynamic-plugins.yaml"
IMAGE = "app-config.yaml"  # RHDH's image brings configuration of its own; what it says is not at hand


@dataclass(frozen=True)
class Failure:
    """Why RHDH would not start: what it would log, about which package or file."""

    message: str
    package: str | None
    where: Place | None


@dataclass(frozen=True)
class Prediction:
    """The outcome of both simulators; `config` is None where the plugins fail already, or were asked for alone."""

    plugins: Outcome
    config: "Effective | None"
    failure: Failure | None
    unresolved: tuple[str, ...]
    renderings: Mapping[str, Rendering] = field(default_factory=dict)

    def place(self, origin: Origin) -> Place:
        """Where an origin stands in the directory."""
        found = self.renderings.get(origin.file)
        return found.locate(origin.line, origin.column) if found else Place(origin.file, origin.line, origin.column)


@dataclass(frozen=True)
class World:
    """What does not change while a plan is made: instance, release, default file at hand."""

    instance: Instance
    release: Release
    defaults: str | None
    chart_plugins: tuple[GoalPlugin, ...] = ()

    @property
    def behaviour(self) -> Behaviour:
        return behaviour(self.release.behaviour)

    @property
    def includes_by_owner(self) -> bool:
        """Whether the default file is included although a text does not say so: chart, and operator from RHDH 1.8."""
        flavour = self.instance.flavour
        return flavour == "helm" or (flavour == "operator" and self.release.number >= (1, 8))

    def include(self, draft: Draft, name: str) -> Include:
        if name == DEFAULT_FILE and self.defaults is not None:
            return self.defaults
        layer = self.instance.defaults.get(name)
        if layer is not None:
            return render(draft, layer, self.instance).characters
        return UNKNOWN if name.rsplit("/", 1)[-1] == DEFAULT_FILE else ABSENT


def predict(
    world: World, draft: Draft, plugins: Layer | None, layers: tuple[Layer, ...], *, plugins_alone: bool = False
) -> Prediction:
    """Runs both simulators on the texts as the draft has them; with `plugins_alone` none on the app-config."""
    main = render_main(world, draft, plugins) if plugins is not None else None
    outcome = simulate_plugins(
        main.characters if main else ABSENT,
        lambda name: world.include(draft, name),
        world.behaviour,
        dict(world.instance.init_environment.values),
    )
    renderings = {name: render(draft, layer, world.instance) for name, layer in world.instance.defaults.items()}
    if world.defaults is not None:
        renderings.pop(DEFAULT_FILE, None)  # a file of the command line stands in its place
    renderings |= {MAIN: main} if main else {}
    if outcome.failure:
        return Prediction(outcome, None, _plugin_failure(outcome, renderings), (), renderings)
    if plugins_alone:
        return Prediction(outcome, None, None, (), renderings)
    config = _configured(world, draft, outcome, layers, renderings)
    failure = _config_failure(config, renderings) if config.failure else None
    return with_generated(Prediction(outcome, config, failure, config.unresolved, renderings))


def with_generated(prediction: Prediction) -> Prediction:
    """What RHDH generates comes from the entries of plugins: origins lead there."""
    content = prediction.plugins.app_config
    if not content:
        return prediction
    from installer.plan.generated import generated  # noqa: PLC0415 - who asks of the plugins alone needs none

    made = generated(GENERATED, dump(content), prediction.plugins, prediction.place)
    return replace(prediction, renderings={**prediction.renderings, GENERATED: made})


def in_force(world: World, draft: Draft, plugins: Layer | None, layers: tuple[Layer, ...]) -> dict[str, Any]:
    """The app-config as the layers say it, also where the plugins would fail today; {} where it cannot be read."""
    outcome = simulate_plugins(
        render_main(world, draft, plugins).characters if plugins is not None else ABSENT,
        lambda name: world.include(draft, name),
        world.behaviour,
    )
    return dict(_configured(world, draft, outcome, layers, {}).value or {})


def _configured(
    world: World, draft: Draft, outcome: Outcome, layers: tuple[Layer, ...], renderings: dict[str, Rendering]
) -> "Effective":
    texts = [render(draft, layer, world.instance) for layer in layers]
    names = _distinct([text.name for text in texts])
    renderings.update(zip(names, texts, strict=True))
    return configure(world, outcome.app_config, list(zip(names, [text.characters for text in texts], strict=True)))


def configure(world: World, brought: Mapping[Any, Any] | None, files: list[tuple[str, str]]) -> "Effective":
    """The app-config of a directory: what the plugins bring, then the layers."""
    from installer.appconfig.simulate import ALL, Environment, simulate  # noqa: PLC0415
    from installer.appconfig.simulate import Layer as ConfigLayer  # noqa: PLC0415

    variables = world.instance.environment
    layers = [ConfigLayer(IMAGE, "{}\n")]
    layers += [ConfigLayer(GENERATED, dump(dict(brought)))] if brought else []
    layers += [ConfigLayer(name, characters) for name, characters in files]
    environment = Environment(dict(variables.values), ALL if variables.open else variables.unknown)
    return simulate(layers, environment, _not_at_hand, switches(world.release))


def _not_at_hand(path: str) -> str | None:
    """What `$file` and `$include` name is mounted in the container; the manifests do not show its content."""
    from installer.appconfig.substitution import Unknown  # noqa: PLC0415

    raise Unknown((path,))


def switches(release: Release) -> "Switches":
    from installer.appconfig.simulate import Switches  # noqa: PLC0415

    loader = release.config_loader
    return Switches(loader.dollar_keys_are_placeholders, loader.colon_in_keys)


def render_main(world: World, draft: Draft, layer: Layer) -> Rendering:
    """The main file as RHDH gets it: chart and operator add the default include where nothing is said of includes."""
    rendering = render(draft, layer, world.instance)
    value = _value(rendering.characters)
    chart = _chart_entries(world)
    implied = world.includes_by_owner and isinstance(value, dict | None) and (value or {}).get("includes") is None
    if not (implied or chart):
        return Rendering(MAIN, rendering.characters, rendering.locate)
    if rendering.characters.lstrip()[:1] in ("{", "") or chart:
        whole = dict(value or {})
        whole["plugins"] = [*(whole.get("plugins") or []), *chart]
        whole |= {"includes": [DEFAULT_FILE]} if implied else {}
        return Rendering(MAIN, dump(whole), rendering.locate)
    tail = "" if rendering.characters.endswith("\n") else "\n"
    return Rendering(MAIN, f"{rendering.characters}{tail}includes:\n- {DEFAULT_FILE}\n", rendering.locate)


def included(world: World, draft: Draft, layer: Layer) -> Included:
    """What stands below the main file, by role."""
    value = _value(render_main(world, draft, layer).characters)
    names = value.get("includes") if isinstance(value, dict) else None
    entries: dict[str, list[Mapping[str, Any]]] = {}
    unknown = False
    listed = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    for name in listed:
        text = world.include(draft, name)
        unknown = unknown or text is UNKNOWN
        for entry in entries_of(_value(text)) if isinstance(text, str) else []:
            if entry.role:
                entries.setdefault(entry.role, []).append(entry.data)
    return Included({role: tuple(found) for role, found in entries.items()}, unknown)


def _chart_entries(world: World) -> list[dict[str, Any]]:
    """What the chart adds by itself with orchestrator.enabled (its template, RHDH 1.7 on): the release's own set."""
    home = world.instance.home
    if not isinstance(home, HelmHome) or not home.orchestrator_enabled or world.release.number < (1, 7):
        return []
    switch = {"enabled": True} if world.release.switch == "enabled" else {"disabled": False}
    return [
        {"package": one.package, **switch}
        | ({"integrity": one.integrity} if one.integrity else {})
        | ({"pluginConfig": dict(one.plugin_config)} if one.plugin_config else {})
        for one in world.chart_plugins
    ]


def _value(characters: str) -> Any:
    try:
        documents = composed(characters)
    except Unreadable:
        return None
    return construct(documents[0], Schema.KUBERNETES) if documents else None


def _distinct(names: list[str]) -> list[str]:
    """Two ConfigMaps may have keys of one name; the later gets a number so that places stay apart."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _plugin_failure(outcome: Outcome, renderings: Mapping[str, Rendering]) -> Failure:
    failure = outcome.failure
    assert failure is not None  # noqa: S101 - asked for on a failure only
    where = None
    if failure.origin and failure.origin.file in renderings:
        where = renderings[failure.origin.file].locate(failure.origin.line, failure.origin.column)
    return Failure(failure.message, failure.package, where)


def _config_failure(config: "Effective", renderings: Mapping[str, Rendering]) -> Failure:
    failure = config.failure
    assert failure is not None  # noqa: S101 - asked for on a failure only
    where = None
    if failure.file is not None and failure.file in renderings:
        where = renderings[failure.file].locate(failure.line or 1, 1)
    return Failure(placed(failure.message, where), None, where)


def placed(message: str, where: Place | None) -> str:
    """Backstage's loader does not say which file its parser refuses."""
    if where is None or where.file.rpartition("/")[2] in message:
        return message
    return f"{message} ({where.file}:{where.line})"
