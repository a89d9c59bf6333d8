"""What a rule sees: the objects of the kinds it declares, RHDH, its effective configuration. Fetches nothing.

Asking for what was not read raises `Skip`: a rule cannot mistake "not read" for "not there".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from installer.audit.effective import Layered, Plugin, Running, Setting
from installer.audit.kinds import Kind
from installer.audit.object import Object
from installer.audit.rule import Skip
from installer.audit.source import Answers, Definition, Source
from installer.audit.spot import Spot
from installer.instance.instance import HelmHome, Instance, OperatorHome, Path, PlainHome, Variables
from installer.instance.objects import Objects
from installer.knowledge.releases import Release
from installer.model.change import Flavour, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError, Problem
from installer.plan.goal import GoalPlugin
from installer.plan.prediction import Prediction


@dataclass(frozen=True)
class Contents:
    """What all rules share, indexed once."""

    source: Source

    @cached_property
    def by_kind(self) -> Mapping[Kind, tuple[Object, ...]]:
        found: dict[Kind, list[Object]] = {}
        for one in self.source.objects:
            group = one.ref.api_version.rpartition("/")[0]
            found.setdefault(Kind(group, one.ref.kind), []).append(one)
        return {kind: tuple(objects) for kind, objects in found.items()}

    @cached_property
    def by_namespace(self) -> Mapping[tuple[Kind, str], tuple[Object, ...]]:
        found: dict[tuple[Kind, str], list[Object]] = {}
        for kind, objects in self.by_kind.items():
            for one in objects:
                found.setdefault((kind, one.namespace), []).append(one)
        return {key: tuple(objects) for key, objects in found.items()}

    @cached_property
    def by_name(self) -> Mapping[tuple[Kind, str], tuple[Object, ...]]:
        found: dict[tuple[Kind, str], list[Object]] = {}
        for kind, objects in self.by_kind.items():
            for one in objects:
                found.setdefault((kind, one.name), []).append(one)
        return {key: tuple(objects) for key, objects in found.items()}

    @cached_property
    def texts(self) -> Objects:
        return Objects(self.source.manifests)

    @cached_property
    def running(self) -> Running | None:
        return None if self.source.world is None else Running(self.source, self.source.world)

    @cached_property
    def instance(self) -> Instance | None:
        """RHDH without the way to its Secrets."""
        world = self.source.world
        return None if world is None else replace(world.instance, npmrc=None, npmrc_file=None)


@dataclass(frozen=True)
class Snapshot:
    """The view of one rule; `allowed` are the kinds that it declares (None: all, for tests of other things)."""

    contents: Contents
    allowed: frozenset[Kind] | None = None

    # -- objects

    def is_read(self, kind: Kind) -> bool:
        """Whether objects of a kind were read (there may be none)."""
        self._refuse_undeclared(kind)
        return kind in self.contents.source.read

    def of(self, kind: Kind) -> tuple[Object, ...]:
        """The objects of a kind. Raises Skip where the kind was not read."""
        self._require(kind)
        return self.contents.by_kind.get(kind, ())

    def observed(self, kind: Kind) -> tuple[Object, ...]:
        """The objects of a kind as a cluster has them, for rules about status and time.

        Raises Skip where the kind was not read, and where what was read are manifests that no cluster has seen.
        """
        found = self.of(kind)
        seen = tuple(one for one in found if one.is_observed)
        if found and not seen:
            raise Skip(f"{kind.kind} was read from manifests, which have no status")
        return seen

    def named(self, kind: Kind, name: str, namespace: str = "") -> Object | None:
        """The object of that name and namespace, where it is there. Raises Skip where the kind was not read there.

        A namespace that the source does not tell, of the object or asked for, fits any.
        """
        self._require(kind, namespace)
        found = self.contents.by_name.get((kind, name), ())
        exact = [one for one in found if one.namespace == namespace]
        return next(iter(exact or [one for one in found if not (namespace and one.namespace)]), None)

    def within(self, kind: Kind, namespace: str) -> tuple[Object, ...]:
        """The objects of a kind in a namespace (with those whose namespace the source does not tell)."""
        self._require(kind, namespace)
        if not namespace:
            return self.contents.by_kind.get(kind, ())
        found = self.contents.by_namespace
        return (*found.get((kind, namespace), ()), *found.get((kind, ""), ()))

    def exists(self, kind: Kind, name: str, namespace: str = "") -> bool:
        """Whether a ConfigMap, a Secret or another object is there, or is made by a kustomization."""
        if self.named(kind, name, namespace) is not None:
            return True
        if kind.group or kind.kind not in ("ConfigMap", "Secret"):
            return False
        try:
            return self.contents.texts.find(kind.kind, name, namespace) is not None
        except InstallerError:
            return True  # it stands in two places

    def keys(self, kind: Kind, name: str, namespace: str = "") -> frozenset[str] | None:
        """The keys of a ConfigMap or a Secret, also of one that a kustomization makes; None where there is none."""
        found = self.named(kind, name, namespace)
        if found is not None and not self.contents.texts.kustomizations.generators:
            return frozenset(found.secret.keys if found.secret is not None else found.keys)
        try:
            source = self.contents.texts.find(kind.kind, name, namespace)
        except InstallerError:
            return None
        return None if source is None else frozenset(source.keys)

    def _require(self, kind: Kind, namespace: str = "") -> None:
        self._refuse_undeclared(kind)
        source = self.contents.source
        if kind not in source.read:
            raise Skip(self.why_not_read(kind))
        if namespace and kind in source.within and namespace not in source.within[kind]:
            raise Skip(f"{kind.kind} was not read in namespace {namespace}")

    def _refuse_undeclared(self, kind: Kind) -> None:
        if self.allowed is not None and kind not in self.allowed:
            raise UndeclaredKind(kind)

    def why_not_read(self, kind: Kind) -> str:
        source = self.contents.source
        if kind in source.denied:
            return source.denied[kind]
        match source.origin:
            case "cluster":
                return f"{kind.kind} was not read from the cluster"
            case "directory" | "archive":
                return f"there is no {kind.kind} in the {source.origin}"

    # -- RHDH

    @property
    def _running(self) -> Running:
        running = self.contents.running
        if running is None:
            problem = self.contents.source.problem
            raise Skip(problem.message if problem is not None else "there is no RHDH")
        return running

    @property
    def has_instance(self) -> bool:
        return self.contents.running is not None

    @property
    def problem(self) -> Problem | None:
        """Why RHDH, or its release, could not be told."""
        return self.contents.source.problem

    @property
    def instance(self) -> Instance:
        """Raises Skip where there is none, or several and none was chosen, or its release is not known."""
        running = self._running
        return self.contents.instance or running.instance

    @property
    def namespace(self) -> str:
        """RHDH's namespace, empty where the manifests do not tell it. Raises Skip."""
        return self.instance.namespace

    @property
    def flavour(self) -> Flavour:
        return self.instance.flavour

    @property
    def release(self) -> Release:
        """Raises Skip where it is not known."""
        return self._running.world.release

    @property
    def orchestrator(self) -> tuple[GoalPlugin, ...]:
        """The Orchestrator's own plugins of this release."""
        return self._running.world.chart_plugins

    @property
    def owner(self) -> Spot:
        """The Backstage resource, the Helm values or the workload that RHDH is made from."""
        return self._running.owner

    def owned(
        self, *, operator: tuple[Path, ...], helm: tuple[Path, ...], chart: tuple[Path, ...], plain: tuple[Path, ...]
    ) -> tuple[Spot, Any]:
        """What RHDH is made from says at the first path that is set, and where; None where it says nothing.

        Paths of each way to install RHDH, as in `remedy.SetInstance`.
        """
        home = self.instance.home
        match home:
            case OperatorHome():
                return self._running.owned(operator)
            case HelmHome(layout=layout):
                return self._running.owned(helm if layout == 1 else chart)
            case PlainHome():
                return self._running.owned(plain)

    @property
    def variables(self) -> Variables:
        """The environment of RHDH's container."""
        return self.instance.environment

    @property
    def init_variables(self) -> Variables:
        """The environment of the init container that installs plugins."""
        return self.instance.init_environment

    def variable_spot(self, name: str) -> Spot:
        """Where a variable of either container is given."""
        return self._running.variable(name)

    # -- its configuration

    @property
    def prediction(self) -> Prediction:
        """What both simulators say. `config` is that of the layers alone where the plugins fail."""
        return self._running.prediction

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Every plugin after all layers, on or off; on a failure as far as it is known."""
        return self._running.plugins

    @property
    def defaults_unknown(self) -> bool:
        """Whether a default file is included whose content is not at hand: more plugins may be there."""
        return bool(self.prediction.plugins.unknown)

    def plugin(self, role: str) -> Plugin | None:
        """The plugin of that role which is on; None where there is none."""
        return next((one for one in self.plugins if one.role == role and one.enabled), None)

    def setting(self, path: str) -> Setting | None:
        """One value of the effective app-config, `a.b[0].c`; None where nothing sets it.

        Raises Skip where RHDH's config loader would refuse the configuration.
        """
        self._refuse_failed()
        return self._running.setting(path)

    @property
    def config(self) -> Mapping[str, Any]:
        """The whole effective app-config. Raises Skip where RHDH's config loader would refuse it."""
        self._refuse_failed()
        found = self._running.config
        return (found.value if found is not None else None) or {}

    def _refuse_failed(self) -> None:
        failure = self._running.config_failure
        if failure is not None:
            raise Skip(f"RHDH would not read its app-config: {failure.message}")

    @property
    def plugins_file(self) -> Layered | None:
        """The main dynamic-plugins.yaml by itself."""
        return self._running.plugins_file

    @property
    def app_configs(self) -> tuple[Layered, ...]:
        """The files of app-config in the order in which they are read; the later ones win."""
        return self._running.app_configs

    def would_write(self, path: str) -> Spot:
        """Where a setting that is missing would be written."""
        return self._running.home(path)

    # -- the rest

    @property
    def now(self) -> datetime:
        return self.contents.source.now

    def age(self, moment: datetime | None) -> timedelta:
        """How long ago something was; no time where it is not known when."""
        return max(self.now - moment, timedelta()) if moment is not None else timedelta()

    @property
    def answers(self) -> Answers:
        """What registries said. Raises Skip without --registry."""
        answers = self.contents.source.answers
        if answers is None:
            raise Skip("registries are not asked without --registry")
        return answers

    @property
    def logs(self) -> Mapping[tuple[str, str, str], str]:
        """The last lines of containers by namespace, pod and container. Raises Skip where none were gathered."""
        logs = self.contents.source.logs
        if logs is None:
            raise Skip("there are no logs of pods in what was read")
        return logs

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The workflows that the data index knows. Raises Skip where it was not asked."""
        definitions = self.contents.source.definitions
        if definitions is None:
            raise Skip("the data index was not asked which workflows it knows")
        return definitions

    @property
    def rendered(self) -> Mapping[Ref, Mapping[str, Any]]:
        """The manifest of RHDH's Helm release, by object. Raises Skip where it was not read."""
        rendered = self.contents.source.rendered
        if rendered is None:
            raise Skip("the manifest of RHDH's Helm release was not read")
        return rendered


class UndeclaredKind(Exception):
    """A rule asks for a kind that it does not declare: a bug of ours."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(f"the rule reads {kind} and does not declare it")


def view_of(contents: Contents, kinds: Iterable[Kind]) -> Snapshot:
    """What a rule that declares these kinds sees."""
    return Snapshot(contents, frozenset(kinds))
