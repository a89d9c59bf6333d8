"""One RHDH as its manifests describe it: flavour, version, owner, the layers of its configuration.

Holds what was found; does not search and does not decide what to change.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from yaml.nodes import Node

from installer.model.change import Flavour, Owner, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import Problem
from installer.yamltext.text import Text

NPMRC = ".npmrc"  # the key of a Secret, and the name of the file in RHDH's init container

ManagedBy = Literal["argocd", "flux", "kustomize"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """One object or YAML document of a file. `node` is its root (the item, for an item of a `List`).

    `index` counts the documents of the text, `path` leads from the document's root to `node` (("items", 3) or ()).
    """

    text: Text
    index: int
    node: Node
    path: Path = ()
    ref: Ref | None = None


@dataclass(frozen=True)
class Region:
    """A subtree of a YAML text: all of it (path ()), or what stands at `path` of document `index`.

    The subtree may be absent (then the path, or its tail, does not exist yet and has to be made).
    """

    text: Text
    index: int = 0
    path: Path = ()


@dataclass(frozen=True)
class Layer:
    """One configuration file that RHDH reads.

    `name` is what RHDH calls it (file name in the container); `ref` the ConfigMap it comes from, if any;
    `writable` is false for a controller's own object; `templated` says that Helm renders it ({{ … }} is a template).
    """

    name: str
    region: Region
    owner: Owner
    ref: Ref | None = None
    writable: bool = True
    templated: bool = False


@dataclass(frozen=True)
class Variables:
    """Environment of a container: known values, and names that are provided but whose value is not in the manifests.

    `open` is true where more variables may exist than the manifests show (an envFrom whose object is not there).
    """

    values: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    open: bool = False


@dataclass(frozen=True)
class OperatorHome:
    """Owned by the RHDH operator: new configuration needs a reference in the Backstage resource."""

    resource: Document


@dataclass(frozen=True)
class HelmHome:
    """Owned by a Helm release: `values` is the root of the values; layout 1 up to RHDH 1.10, 2 from RHDH 2.0.

    `release` is the release's name where the manifests tell it. `orchestrator_enabled`: the chart itself adds the
    Orchestrator's plugins (value orchestrator.enabled).
    """

    values: Region
    layout: Literal[1, 2]
    release: str | None
    orchestrator_enabled: bool = False


@dataclass(frozen=True)
class PlainHome:
    """A hand-made Deployment or StatefulSet."""

    workload: Document


Home = OperatorHome | HelmHome | PlainHome


@dataclass(frozen=True)
class Kustomization:
    """A kustomization.yaml that lists the instance's files: new files go into its `resources`."""

    document: Document
    folder: str


@dataclass(frozen=True)
class Instance:
    """One RHDH. `version` is a minor or x.y.z as found (None: unknown); `version_source` says where it was found.

    `plugins` is the main dynamic-plugins file (None: there is none yet); `defaults` are include files at hand by the
    name they are included with; `app_config` the layers in the order of --config (later wins).
    `init_environment` is the environment of the install-dynamic-plugins init container.
    `npmrc` is the Secret with the `.npmrc` of the init container, where the manifests hold it.
    `local_database` is true where operator or chart bring PostgreSQL and its variables.
    `operator_plugins` is the operator's own `backstage-dynamic-plugins-<cr>` of a dump (never writable): up to RHDH 1.7
    what runs where the resource references no ConfigMap (then it is also `plugins`), from 1.8 the merged result.
    `npmrc_file` is the text of `.npmrc` where it stands in clear (stringData, or a file behind a secretGenerator).
    """

    flavour: Flavour
    managed_by: ManagedBy | None
    name: str
    namespace: str
    version: str | None
    version_source: str | None
    home: Home
    owner: Owner
    plugins: Layer | None
    defaults: Mapping[str, Layer]
    app_config: tuple[Layer, ...]
    environment: Variables
    init_environment: Variables
    npmrc: Document | None
    npmrc_name: str | None
    kustomization: Kustomization | None
    local_database: bool
    base_url: str | None = None
    operator_plugins: Layer | None = None
    npmrc_file: Region | None = None
    warnings: tuple[Problem, ...] = ()
