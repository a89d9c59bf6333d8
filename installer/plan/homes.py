"""Where new configuration goes, by owner: ConfigMaps with references in the Backstage resource, values, or nowhere.

Returns layers to plan on; a layer that does not exist yet is a new file of the draft.
"""

from installer.instance.instance import Document, HelmHome, Instance, Layer, OperatorHome, PlainHome, Region
from installer.instance.manifests import Manifests
from installer.model.change import Owner, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.plan.draft import Draft, NewFile, Touched
from installer.yamltext.patch import Branch, Set
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema

PLUGINS_NAME = "dynamic-plugins-rhdh"
APP_CONFIG_NAME = "app-config-orchestrator"
INIT_CONTAINER = "install-dynamic-plugins"


@dataclass
class Homes:
    """Makes what is missing for one instance; every method leaves its traces in the draft."""

    draft: Draft
    instance: Instance
    manifests: Manifests

    @property
    def owner(self) -> Owner:
        return self.instance.owner

    def plugins(self) -> Layer:
        """The layer of the main dynamic-plugins file, made where there is none. Raises InstallerError (TARGET)."""
        present = self.instance.plugins
        if present is not None and present.writable:
            return present
        match self.instance.home:
            case OperatorHome():
                layer = self._config_map(PLUGINS_NAME, "dynamic-plugins.yaml")
                reference = Branch().put(("spec", "application", "dynamicPluginsConfigMapName"), Set(layer.name_of_map))
                self._refer(reference, f"refers to ConfigMap {layer.name_of_map}")
                return layer.layer
            case HelmHome() | PlainHome():
                raise fail(
                    ExitCode.TARGET,
                    "no-dynamic-plugins",
                    f"{self.instance.name} mounts no dynamic-plugins.yaml that a person owns",
                    fix="mount a ConfigMap with the key dynamic-plugins.yaml into the init container "
                    f"{INIT_CONTAINER} at /opt/app-root/src/dynamic-plugins.yaml",
                )

    def app_config(self) -> tuple[Layer, ...]:
        """The layers of app-config, a writable one among them. Raises InstallerError (TARGET)."""
        layers = self.instance.app_config
        if any(layer.writable for layer in layers):
            return layers
        match self.instance.home:
            case OperatorHome():
                made = self._config_map(APP_CONFIG_NAME, f"{APP_CONFIG_NAME}.yaml")
                item = {"name": made.name_of_map}
                reference = Branch().append(("spec", "application", "appConfig", "configMaps"), [item])
                self._refer(reference, f"refers to ConfigMap {made.name_of_map}")
                return (*layers, made.layer)
            case HelmHome(values, layout):
                way = ("upstream", "backstage", "appConfig") if layout == 1 else ("appConfig",)
                region = Region(values.text, values.index, (*values.path, *way))
                return (*layers, Layer("app-config-from-configmap.yaml", region, self.owner, templated=True))
            case PlainHome():
                raise fail(
                    ExitCode.TARGET,
                    "no-app-config",
                    f"{self.instance.name} reads no app-config file that a person owns",
                    fix="mount a ConfigMap with an app-config and add --config with its path to the arguments",
                )

    # -- new ConfigMaps of an operator's instance

    def _config_map(self, name: str, key: str) -> "Made":
        name = self._free_name(name)
        resource = self._resource
        folder = resource.text.file.path.rpartition("/")[0]
        path = self.free_path(folder, name)
        ref = Ref("v1", "ConfigMap", self.instance.namespace, name)
        namespace = f"  namespace: {self.instance.namespace}\n" if self.written_namespace else ""
        characters = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{namespace}data:\n"
        text = Text.of(File(path, b"", ""))
        self.draft.create(NewFile(path, characters, ref, self.owner, f"new ConfigMap with {key}"))
        self.draft.inner[path] = (text, key)
        self.list_file(path)
        return Made(Layer(key, Region(text), self.owner, ref), name)

    def _free_name(self, name: str) -> str:
        """A name that no ConfigMap of the manifests has; without dots, which operators up to RHDH 1.3 choke on."""
        taken = {document.ref.name for document in self.manifests.of_kind("ConfigMap") if document.ref}
        number, candidate = 1, name
        while candidate in taken:
            number += 1
            candidate = f"{name}-{number}"
        return candidate

    def free_path(self, folder: str, name: str) -> str:
        taken = set(self.manifests.files) | set(self.draft.created) | {one.path for one in self.manifests.unreadable}
        number, stem = 1, f"{folder}/{name}" if folder else name
        path = f"{stem}.yaml"
        while path in taken:
            number += 1
            path = f"{stem}-{number}.yaml"
        return path

    def list_file(self, path: str) -> None:
        """A kustomization that builds the instance lists the new file too."""
        kustomization = self.instance.kustomization
        if kustomization is None:
            return
        folder = kustomization.folder
        entry = path.removeprefix(f"{folder}/") if folder else path
        region = Region(kustomization.document.text, kustomization.document.index, kustomization.document.path)
        self.draft.patch(
            region,
            Branch().append(("resources",), [entry]),
            Schema.KUBERNETES,
            Touched(None, "kustomize", f"lists {entry}"),
        )

    @property
    def _resource(self) -> Document:
        assert isinstance(self.instance.home, OperatorHome)  # noqa: S101 - asked for by its own case only
        return self.instance.home.resource

    @property
    def written_namespace(self) -> bool:
        """Whether new objects have to name their namespace: as the resource does."""
        region = self.resource_region()
        value = self.draft.value(Region(region.text, region.index, (*region.path, "metadata")), Schema.KUBERNETES)
        return bool(isinstance(value, dict) and value.get("namespace")) and bool(self.instance.namespace)

    def resource_region(self) -> Region:
        document = self._resource
        return Region(document.text, document.index, document.path)

    def _refer(self, patch: Branch, summary: str) -> None:
        document = self._resource
        self.draft.patch(self.resource_region(), patch, Schema.KUBERNETES, Touched(document.ref, self.owner, summary))


@dataclass(frozen=True)
class Made:
    """A layer of a new ConfigMap, and the ConfigMap's name."""

    layer: Layer
    name_of_map: str
