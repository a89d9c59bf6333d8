"""Reads the plugins that are in force, of a file, a directory or a cluster alike. Plans nothing and writes nothing."""

import base64
import binascii
import os.path
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from yaml.nodes import ScalarNode

from installer.flow.observing import described, observe, orchestrator_of, read_file
from installer.instance.includes import read_includes
from installer.instance.instance import NPMRC, Document, HelmHome, Instance, Layer, PlainHome, Region, Variables
from installer.instance.manifests import Manifests
from installer.knowledge.releases import Release, minors, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem, fail
from installer.model.request import ConfigRequest
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE
from installer.plan.prediction import MAIN, Prediction, World, predict
from installer.yamltext.text import Text
from installer.yamltext.values import Schema, construct

if TYPE_CHECKING:  # what talks to a cluster is loaded where one is looked at
    from installer.cluster.cluster import Cluster
    from installer.cluster.options import ConnectionOptions
    from installer.flow.live_observing import LiveObserved

Progress = Callable[[str], None]
_NPMRC_SECRET = "dynamic-plugins-npmrc"  # noqa: S105 - a name; of the chart with the release's name before it


@dataclass(frozen=True)
class OnFile:
    """One dynamic-plugins.yaml, as typed."""

    path: str


@dataclass(frozen=True)
class OnDirectory:
    """Manifests in a directory."""

    path: str


@dataclass(frozen=True)
class OnCluster:
    """One RHDH of a cluster; the connection is open as long as the source is."""

    connection: "ConnectionOptions"
    cluster: "Cluster"
    observed: "LiveObserved"


Origin = OnFile | OnDirectory | OnCluster


@dataclass(frozen=True)
class Source:
    """The plugins that are in force, and where they are written.

    world       instance and release that both simulators take; of a file without --rhdh-version the newest release
    release     None where nobody knows it: of a file without --rhdh-version
    prediction  what RHDH does with the texts as they are
    npmrc       the `.npmrc` that RHDH's init container sees, None where it is not at hand; never shown
    view        `instance` (not of a file) and `release`, for `result`
    """

    origin: Origin
    world: World
    manifests: Manifests
    release: Release | None
    prediction: Prediction
    view: dict[str, Any]
    warnings: tuple[Problem, ...] = ()
    npmrc: str | None = field(default=None, repr=False)

    @property
    def plugins(self) -> Layer | None:
        """The main file, dynamic-plugins.yaml; None where there is none yet."""
        return self.world.instance.plugins

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The app-config, later wins."""
        return self.world.instance.app_config

    def known_release(self) -> Release:
        """Raises InstallerError (TARGET) where nobody knows it."""
        if self.release is None:
            message = "what fits depends on the release of RHDH, which a file does not tell"
            raise fail(ExitCode.TARGET, "unknown-version", message, fix="add --rhdh-version X.Y")
        return self.release


@contextmanager
def plugins_of(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    progress: Progress = lambda _: None,
    *,
    plugins_alone: bool = False,
) -> Iterator[Source]:
    """The source that a request names: `file`, else `directory`, else the RHDH of the cluster at `connection`.

    :param plugins_alone: predict nothing of the app-config, for who asks nothing of it
    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, and of a cluster UNREACHABLE.
    """
    if request.file is not None:
        yield _of_file(request, request.file, plugins_alone=plugins_alone)
    elif request.directory is not None:
        progress(f"reading {request.directory}")
        yield _of_directory(request, request.directory, plugins_alone=plugins_alone)
    else:
        assert connection is not None  # noqa: S101 - the commands that may look at a cluster have its flags
        with _of_cluster(request, connection, progress, plugins_alone=plugins_alone) as source:
            yield source


def _of_directory(request: ConfigRequest, directory: str, *, plugins_alone: bool) -> Source:
    observed = observe(directory, request.instance, request.rhdh_version, None)
    origin = OnDirectory(directory)
    return source_of(origin, observed.world, observed.manifests, request, plugins_alone=plugins_alone)


@contextmanager
def _of_cluster(
    request: ConfigRequest, connection: "ConnectionOptions", progress: Progress, *, plugins_alone: bool
) -> Iterator[Source]:
    from installer.cluster.connect import connect  # noqa: PLC0415 - the client costs more than reading a file
    from installer.flow import live_observing  # noqa: PLC0415
    from installer.flow.live_instance import find  # noqa: PLC0415

    with closing(connect(connection)) as cluster:
        running = find(cluster, request.instance, connection.namespace).running
        progress(f"reading {running.address} and its cluster, {cluster.server}")
        others = live_observing.telling(cluster, running)
        observed = live_observing.observe(cluster, running, request.rhdh_version, None, others)
        origin = OnCluster(connection, cluster, observed)
        yield source_of(origin, observed.world, observed.live.manifests, request, plugins_alone=plugins_alone)


def source_of(
    origin: OnDirectory | OnCluster,
    world: World,
    manifests: Manifests,
    request: ConfigRequest,
    *,
    plugins_alone: bool = False,
) -> Source:
    """The source of an RHDH that was found already. Raises InstallerError as `plugins_of` does of texts."""
    world = _with_defaults(world, request.defaults)
    instance = world.instance
    warnings = (*manifests.warnings, *instance.warnings)
    prediction = predict(world, Draft(), instance.plugins, instance.app_config, plugins_alone=plugins_alone)
    view = {"instance": described(instance, request.rhdh_version), "release": world.release.version}
    return Source(origin, world, manifests, world.release, prediction, view, warnings, npmrc_of(instance))


def _with_defaults(world: World, path: str | None) -> World:
    """A default file of the command line is a layer like the others, so that places in it are named."""
    if path is None:
        return world
    given = Layer(DEFAULT_FILE, Region(Text.of(read_file(path))), "person", writable=False)
    instance = world.instance
    return replace(world, instance=replace(instance, defaults={**instance.defaults, DEFAULT_FILE: given}))


# -- one file


def _of_file(request: ConfigRequest, path: str, *, plugins_alone: bool) -> Source:
    """How entries are joined differs little between releases, and nobody has to know theirs to see a list."""
    chosen = release(request.rhdh_version) if request.rhdh_version else None
    assumed = chosen or release(minors()[-1])
    main = Layer(MAIN, Region(Text.of(read_file(path))), "person")
    world = _with_defaults(World(_alone(main), assumed, None, orchestrator_of(assumed)), request.defaults)
    prediction = predict(world, Draft(), main, (), plugins_alone=plugins_alone)
    view = {"release": chosen.version if chosen else None}
    return Source(OnFile(path), world, Manifests({}, ()), chosen, prediction, view)


def _alone(main: Layer) -> Instance:
    """A file as all that is known of an RHDH: it has no manifests, and its environment may hold anything."""
    nothing = Document(main.region.text, 0, ScalarNode("tag:yaml.org,2002:null", ""))
    return Instance(
        flavour="plain",
        managed_by=None,
        name=main.region.text.file.path,
        namespace="",
        version=None,
        version_source=None,
        home=PlainHome(nothing),
        owner="person",
        plugins=main,
        defaults=_beside(main),
        app_config=(),
        environment=Variables(open=True),
        init_environment=Variables(),
        npmrc=None,
        npmrc_name=None,
        kustomization=None,
        local_database=False,
    )


def _beside(main: Layer) -> dict[str, Layer]:
    """The includes of a file that stand where its names lead; RHDH reads them from its own working directory."""
    folder = os.path.dirname(main.region.text.file.path)  # noqa: PTH120 - joined as RHDH joins names
    paths = {name: os.path.join(folder, name) for name in read_includes(main)}  # noqa: PTH118
    return {
        name: Layer(name, Region(Text.of(read_file(path))), "person", writable=False)
        for name, path in paths.items()
        if os.path.isfile(path)  # noqa: PTH113
    }


# -- the `.npmrc` of RHDH


def npmrc_of(instance: Instance) -> str | None:
    """What RHDH's init container has as `.npmrc`; None where it is not in the manifests or cannot be read."""
    if instance.npmrc_file is not None:
        return _clear(instance.npmrc_file)
    if instance.npmrc is not None:
        return _of_secret(construct(instance.npmrc.node, Schema.KUBERNETES))
    if isinstance(instance.home, HelmHome):
        return next(_of_values(Draft().value(instance.home.values, Schema.KUBERNETES)), None)
    return None


def _of_secret(secret: Any) -> str | None:
    given = secret if isinstance(secret, dict) else {}
    clear, data = given.get("stringData"), given.get("data")
    if isinstance(clear, dict) and isinstance(clear.get(NPMRC), str):
        return str(clear[NPMRC])
    encoded = data.get(NPMRC) if isinstance(data, dict) else None
    try:
        return base64.b64decode(encoded, validate=True).decode() if isinstance(encoded, str) else None
    except (binascii.Error, ValueError):
        return None


def _of_values(values: Any) -> Iterator[str]:
    """Of the Secrets among the objects that a chart makes beside its own (`upstream.extraDeploy`, `extraObjects`)."""
    if isinstance(values, dict):
        named = (values.get("metadata") or {}).get("name") if isinstance(values.get("metadata"), dict) else None
        found = _of_secret(values) if values.get("kind") == "Secret" and _NPMRC_SECRET in str(named) else None
        if found is not None:
            yield found
        children = list(values.values())
    else:
        children = values if isinstance(values, list) else []
    for child in children:
        yield from _of_values(child)


def _clear(region: Region) -> str | None:
    if not region.path:
        return region.text.characters
    node = Draft().root(region)
    return str(node.value) if isinstance(node, ScalarNode) else None
