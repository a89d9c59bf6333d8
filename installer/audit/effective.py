"""What RHDH will run with, as rules ask for it: plugins and settings, each with the place it comes from.

Predicts with the two simulators; judges nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from installer.appconfig.simulate import Effective, lookup
from installer.appconfig.terms import Failure as ConfigFailure
from installer.appconfig.terms import Origin as ConfigOrigin
from installer.audit.object import dig, dotted, every
from installer.audit.source import Source
from installer.audit.spot import Spot, of_file
from installer.audit.text import Twice, nodes_in, place_in, twice
from installer.audit.variables import is_known
from installer.instance.instance import HelmHome, Instance, Layer, OperatorHome, Path, PlainHome
from installer.knowledge.aliases import npm_name, npm_version, role_of
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.plan.draft import Draft
from installer.plan.prediction import MAIN, Prediction, World, configure, predict, with_generated
from installer.plan.rendering import render
from installer.plugins.outcome import EffectivePlugin, Origin
from installer.yamltext.text import Text
from installer.yamltext.values import Schema, construct


@dataclass(frozen=True)
class Plugin:
    """One plugin after all layers, on or off. `spot` is the last entry that says something about it.

    `role` is its name in configmaps/shared/aliases.yaml, None for anybody else's plugin; `version` and `npm` are of
    npm packages only; `spots` says where each field of the entry stands.
    """

    package: str
    role: str | None
    npm: str | None
    version: str | None
    enabled: bool
    integrity: str | None
    config: Any
    entry: Mapping[Any, Any]
    spot: Spot
    spots: Mapping[Any, Spot]
    overridden: tuple[Spot, ...]
    level: int


@dataclass(frozen=True)
class Setting:
    """One value of the effective app-config. `hidden` are the values of other layers that it stands over."""

    path: str
    value: Any
    spot: Spot
    hidden: tuple[Spot, ...]

    @property
    def is_known(self) -> bool:
        """Whether the value is what RHDH gets, and hangs on no variable or file that is not at hand."""
        return is_known(self.value)


@dataclass(frozen=True)
class Layered:
    """One configuration file by itself: dynamic-plugins.yaml, or one app-config, wherever it is kept."""

    layer: Layer
    ref: Ref | None
    node: Node | None

    @property
    def name(self) -> str:
        return self.layer.name

    @cached_property
    def data(self) -> Any:
        return construct(self.node, Schema.CORE)

    def at(self, *path: str | int, called: str = "") -> Spot:
        """A path in it; `called` names what is meant where the path does not (a package)."""
        text = self.layer.region.text
        place = text.place(0) if self.node is None else place_in(text, self.node, path)
        words = called or dotted(*path)
        return of_file(place, words) if self.ref is None else Spot(self.ref, place, words)

    def twice(self) -> list[Twice]:
        """Every key that stands twice in one mapping of it."""
        return twice(self.layer.region.text, self.node)

    def entries(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries under `plugins`, each with its number."""
        return every(self.data, "plugins")


@dataclass(frozen=True)
class Running:
    """Both simulators' answers for one RHDH."""

    source: Source
    world: World

    @property
    def instance(self) -> Instance:
        return self.world.instance

    @cached_property
    def prediction(self) -> Prediction:
        instance = self.instance
        found = predict(self.world, Draft(), instance.plugins, instance.app_config)
        return found if found.config is not None else self._without_plugins(found)

    def _without_plugins(self, found: Prediction) -> Prediction:
        """Where the plugins fail already, the app-config as its own layers say it."""
        texts = [render(Draft(), layer, self.instance) for layer in self.instance.app_config]
        numbered = [(f"{index} {one.name}", one) for index, one in enumerate(texts)]
        config = configure(self.world, None, [(name, one.characters) for name, one in numbered])
        return with_generated(replace(found, config=config, renderings={**found.renderings, **dict(numbered)}))

    @property
    def config(self) -> Effective | None:
        return self.prediction.config

    @property
    def config_failure(self) -> ConfigFailure | None:
        return self.config.failure if self.config is not None else None

    @cached_property
    def plugins(self) -> tuple[Plugin, ...]:
        return tuple(self._plugin(one) for one in self.prediction.plugins.plugins)

    def _plugin(self, one: EffectivePlugin) -> Plugin:
        npm = npm_name(one.package)
        return Plugin(
            package=one.package,
            role=role_of(one.package),
            npm=npm,
            version=npm_version(one.package) if npm else None,
            enabled=one.enabled,
            integrity=one.integrity,
            config=one.plugin_config,
            entry=one.entry,
            spot=self.spot(self.prediction.place(one.origin), one.package),
            spots={name: self._field(one, name, origin) for name, origin in one.fields.items()},
            overridden=tuple(self.spot(self.prediction.place(origin), one.package) for origin in one.overrides),
            level=one.level,
        )

    def _field(self, one: EffectivePlugin, name: Any, origin: Origin) -> Spot:
        """Where a field of an entry stands: its line in the main file, the entry in an included one."""
        place, words = self.prediction.place(origin), f"{one.package} {name}"
        number = self._numbers.get(place) if origin.file == MAIN else None
        if number is None or self.plugins_file is None:
            return self.spot(place, words)
        return self.plugins_file.at("plugins", number, str(name), called=words)

    @cached_property
    def app_configs(self) -> tuple[Layered, ...]:
        return tuple(self.layered(layer) for layer in self.instance.app_config)

    @cached_property
    def plugins_file(self) -> Layered | None:
        return None if self.instance.plugins is None else self.layered(self.instance.plugins)

    @cached_property
    def _numbers(self) -> dict[Place | None, int]:
        """The numbers of the main file's entries, by where they begin."""
        if self.plugins_file is None:
            return {}
        return {self.plugins_file.at("plugins", number).place: number for number, _ in self.plugins_file.entries()}

    def setting(self, path: str) -> Setting | None:
        found = lookup(self.config, path) if self.config is not None and self.config.failure is None else None
        if found is None:
            return None
        origins = [self._config_spot(one, path) for one in found.origins]
        hidden = [self._config_spot(one, path) for one in found.overrides]
        return Setting(path, found.value, origins[0] if origins else self.home(path), tuple(hidden))

    def _config_spot(self, origin: ConfigOrigin, path: str) -> Spot:
        return self.spot(self.prediction.place(Origin(origin.file, origin.line, origin.column)), path)

    def layered(self, layer: Layer) -> Layered:
        node = Draft().root(layer.region)
        place = layer.region.text.place(int(node.start_mark.index) if node is not None else 0)
        ref = self.spot(place, "").ref
        return Layered(layer, ref if ref.api_version else None, node)

    def home(self, path: str) -> Spot:
        """Where something new would be written: the last app-config, or what RHDH is made from."""
        if self.app_configs:
            return replace(self.app_configs[-1].at(), path=path)
        return replace(self.owner, path=path)

    @cached_property
    def owner(self) -> Spot:
        """The resource, the values or the workload that RHDH is made from."""
        text, node = self._home
        return self.spot(text.place(int(node.start_mark.index) if node is not None else 0), "")

    @property
    def _home(self) -> tuple[Text, Node | None]:
        match self.instance.home:
            case OperatorHome(document) | PlainHome(document):
                return document.text, document.node
            case HelmHome(values):
                return values.text, Draft().root(values)

    @cached_property
    def _home_data(self) -> Any:
        return construct(self._home[1], Schema.KUBERNETES)

    def variable(self, name: str) -> Spot:
        """Where a variable is given in what RHDH is made from; the whole of it where it is not."""
        text, node = self._home
        found = next((one for one in nodes_in(node) if _names(one, name)), node)
        return self.spot(text.place(int(found.start_mark.index) if found is not None else 0), name)

    def owned(self, ways: Iterable[Path]) -> tuple[Spot, Any]:
        """What the resource, the values or the workload say at the first of these paths that is set, and where.

        Where none is set: None, at the place of the first.
        """
        text, node = self._home
        listed = list(ways)
        way = next((one for one in listed if dig(self._home_data, *one) is not None), listed[0])
        place = place_in(text, node, way) if node is not None else text.place(0)
        return self.spot(place, dotted(*way)), dig(self._home_data, *way)

    def spot(self, place: Place, path: str) -> Spot:
        """A place with the object that stands there; the file, where there is none."""
        part = self.source.parts.get(place.file)
        if part is not None:
            return Spot(part, place, path)
        starts, refs = self._starts(place.file)
        index = bisect_right(starts, (place.line, place.column)) - 1
        ref = refs[index] if 0 <= index < len(refs) else None
        if ref is None:
            return of_file(place, path)
        # On a cluster objects have no lines; what their manifests are read from is of our own making.
        return Spot(ref, place if self.source.origin != "cluster" else None, path)

    def _starts(self, path: str) -> tuple[list[tuple[int, int]], list[Ref | None]]:
        """Lines and columns where a file's objects begin (JSON may hold all in one line), and what begins there."""
        if path not in self._begun:
            documents = self.source.manifests.by_path.get(path, ())
            places = [one.text.place(one.node.start_mark.index) for one in documents]
            refs = [self._refs.get(id(one), one.ref) for one in documents]
            ordered = sorted(zip(places, refs, strict=True), key=lambda pair: (pair[0].line, pair[0].column))
            self._begun[path] = [(place.line, place.column) for place, _ in ordered], [ref for _, ref in ordered]
        return self._begun[path]

    @cached_property
    def _begun(self) -> dict[str, tuple[list[tuple[int, int]], list[Ref | None]]]:
        return {}

    @cached_property
    def _refs(self) -> dict[int, Ref]:
        """The objects that documents became."""
        return {id(one.document): one.ref for one in self.source.objects if one.document is not None}


def _names(node: Node, name: str) -> bool:
    """Whether a node is an entry `name: NAME` of a list of variables."""
    pairs = node.value if isinstance(node, MappingNode) else []
    return any(
        isinstance(key, ScalarNode) and key.value == "name" and isinstance(value, ScalarNode) and value.value == name
        for key, value in pairs
    )
