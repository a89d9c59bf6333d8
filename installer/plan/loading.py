"""Plans what npm packages need in order to load: the scope mapping of `.npmrc`, and the size limit of RHDH 1.5 and 1.6.

Source: upstream documents for RHDH 1.5/1.6 ("existing RHDH"), issue redhat-developer/rhdh go#163 for the size.
"""

import base64
import binascii
from typing import Any

from yaml.nodes import ScalarNode

from installer.instance.instance import HelmHome, Instance, OperatorHome, PlainHome, Region
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.plan.draft import Draft, NewFile, Touched
from installer.plan.goal import Goal
from installer.plan.homes import INIT_CONTAINER, Homes
from installer.plugins.behaviour import behaviour
from installer.yamltext.patch import Branch, Set
from installer.yamltext.values import Schema

LIMIT = "MAX_ENTRY_SIZE"
_FIRST_WITH_PATCH = "rhdh.redhat.com/v1alpha3"  # spec.deployment.patch came with RHDH 1.4 (operator 0.4)
_ZIP_BOMB = "Zip bomb detected in package/dist-scalprum/…"
_NOT_FOUND = "Error while installing plugin @redhat/… with 'npm pack'"


@dataclass
class LoadingPlanner:
    draft: Draft
    goal: Goal
    instance: Instance
    homes: Homes
    scopes: frozenset[str]

    def plan(self) -> None:
        """`scopes` are the npm scopes of the packages that will be on, such as @redhat."""
        for scope, registry in self.goal.release.npm_scopes.items():
            if scope in self.scopes and not self._operator_brings_scope():
                self._scope(f"{scope}:registry={registry}", scope)
        size = self._needed_size()
        if size:
            self._size(size)

    # -- .npmrc

    def _operator_brings_scope(self) -> bool:
        """Operators from RHDH 1.7 on mount an .npmrc of their own (RHDHBUGS-2000)."""
        return self.instance.flavour == "operator" and self.goal.release.number >= (1, 7)

    def _scope(self, line: str, scope: str) -> None:
        if self.instance.npmrc_file is not None:
            self._add_line(self.instance.npmrc_file, line, scope)
        elif self.instance.npmrc is not None:
            self._add_encoded(line, scope)
        elif self.instance.npmrc_name and self._may_create():
            self._create_secret(self.instance.npmrc_name, line)
        else:
            self._warn_scope(line)

    def _may_create(self) -> bool:
        """Not where something else makes the Secret (a SealedSecret, an ExternalSecret of its name)."""
        name = self.instance.npmrc_name
        made = any(one.ref and one.ref.name == name for one in self.homes.manifests.documents)
        return self.instance.flavour != "plain" and not made

    def _warn_scope(self, line: str) -> None:
        release = "RELEASE-" if self.instance.flavour == "helm" else ""
        name = self.instance.npmrc_name or f"{release}dynamic-plugins-npmrc"
        self.draft.warn(
            "npmrc-needed",
            f"npm must know where {line.split(':', maxsplit=1)[0]} packages are: add a Secret {name} with the key "
            f".npmrc and the line {line}; without it the init container ends with `{_NOT_FOUND}`",
            fix=f"kubectl create secret generic {name} --from-literal=.npmrc={line}",
        )

    def _create_secret(self, name: str, line: str) -> None:
        instance = self.instance
        folder = self._folder()
        path = self.homes.free_path(folder, name)
        named = instance.namespace and (instance.flavour != "operator" or self.homes.written_namespace)
        namespace = f"  namespace: {instance.namespace}\n" if named else ""
        characters = (
            f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n{namespace}type: Opaque\nstringData:\n"
            f"  .npmrc: |\n    {line}\n"
        )
        ref = Ref("v1", "Secret", instance.namespace, name)
        self.draft.create(NewFile(path, characters, ref, instance.owner, "tells npm where the @redhat packages are"))
        self.homes.list_file(path)

    def _folder(self) -> str:
        """Beside the file that a new object belongs to."""
        match self.instance.home:
            case OperatorHome(document) | PlainHome(document):
                return document.text.file.path.rpartition("/")[0]
            case HelmHome(values):
                return values.text.file.path.rpartition("/")[0]

    def _add_line(self, region: Region, line: str, scope: str) -> None:
        """`region` is the .npmrc itself, or the scalar that holds it."""
        text = region.text
        if region.path:
            node = self.draft.root(region)
            if not isinstance(node, ScalarNode):
                return
            text = region.text.embedded(node)
        before = self.draft.characters(text)
        if maps_scope(before, scope):
            return
        lead = "" if not before or before.endswith("\n") else "\n"
        after = f"{before}{lead}{line}\n" if before.endswith("\n") or not before else f"{before}{lead}{line}"
        ref = self.instance.npmrc.ref if self.instance.npmrc else None
        self.draft.rewrite(text, after, Touched(ref, self.instance.owner, f"maps {scope} in .npmrc"))

    def _add_encoded(self, line: str, scope: str) -> None:
        secret = self.instance.npmrc
        if secret is None:
            return
        region = Region(secret.text, secret.index, (*secret.path, "data"))
        data: Any = self.draft.value(region, Schema.KUBERNETES)
        encoded = data.get(".npmrc") if isinstance(data, dict) else None
        try:
            before = base64.b64decode(encoded or "", validate=True).decode()
        except (binascii.Error, ValueError, UnicodeDecodeError):
            self._warn_scope(line)
            return
        if maps_scope(before, scope):
            return
        lead = "" if not before or before.endswith("\n") else "\n"
        after = base64.b64encode(f"{before}{lead}{line}\n".encode()).decode()
        patch = Branch().put((".npmrc",), Set(after))
        self.draft.patch(
            region, patch, Schema.KUBERNETES, Touched(secret.ref, self.instance.owner, f"maps {scope} in .npmrc")
        )

    # -- MAX_ENTRY_SIZE

    def _needed_size(self) -> str | None:
        """What nobody brings: operator and chart do from 1.7 on, a workload of one's own has it from nobody."""
        release = self.goal.release
        brought = release.brought_entry_size if self.instance.flavour == "plain" else None
        if brought is not None and int(brought) <= behaviour(release.behaviour).entry_size:
            return None
        return release.max_entry_size or brought

    def _size(self, size: str) -> None:
        present = self.instance.init_environment.values.get(LIMIT, "")
        if present.isdigit() and int(present) >= int(size):
            return
        if LIMIT in self.instance.init_environment.unknown:
            return
        match self.instance.home:
            case OperatorHome(resource):
                version = resource.ref.api_version if resource.ref else ""
                if version.rpartition("/")[2] >= _FIRST_WITH_PATCH.rpartition("/")[2]:
                    self._set_size(self.homes.resource_region(), ("spec", "deployment", "patch"), size, resource.ref)
                    return
            case HelmHome(values):
                if self._values_size(values, size):
                    return
            case PlainHome(workload):
                self._set_size(Region(workload.text, workload.index, workload.path), (), size, workload.ref)
                return
        self.draft.warn(
            "entry-size-needed",
            f"the init container {INIT_CONTAINER} needs {LIMIT}={size}: without it RHDH {self.goal.release.minor} ends "
            f"with `{_ZIP_BOMB}`",
            fix=self._size_fix(size),
        )

    def _size_fix(self, size: str) -> str:
        if self.instance.flavour == "helm":
            return (
                f"list the init container {INIT_CONTAINER} in upstream.backstage.initContainers as the chart has it, "
                f'with {LIMIT}: "{size}" in its env'
            )
        return f"move the Backstage resource to {_FIRST_WITH_PATCH} and set {LIMIT} in spec.deployment.patch"

    def _set_size(self, region: Region, way: tuple[str, ...], size: str, ref: Ref | None) -> None:
        """The env of the init container, in a Deployment or in the patch of one."""
        root = self.draft.value(region, Schema.KUBERNETES)
        pod = (*way, "spec", "template", "spec")
        containers = _at(root, (*pod, "initContainers"))
        patch = Branch()
        _size_patch(patch, (*pod, "initContainers"), containers if isinstance(containers, list) else [], size)
        self.draft.patch(
            region, patch, Schema.KUBERNETES, Touched(ref, self.instance.owner, f"sets {LIMIT} of {INIT_CONTAINER}")
        )

    def _values_size(self, values: Region, size: str) -> bool:
        """Only where the values list the init container: a list there replaces the chart's own."""
        way = ("upstream", "backstage", "initContainers")
        containers = _at(self.draft.value(values, Schema.KUBERNETES), way)
        names = [one.get("name") for one in containers or [] if isinstance(one, dict)]
        if INIT_CONTAINER not in names:
            return False
        patch = Branch()
        _size_patch(patch, way, containers, size)
        self.draft.patch(
            values, patch, Schema.KUBERNETES, Touched(None, self.instance.owner, f"sets {LIMIT} of {INIT_CONTAINER}")
        )
        return True


def _size_patch(patch: Branch, way: tuple[str, ...], containers: list[Any], size: str) -> None:
    variable = {"name": LIMIT, "value": size}
    for number, container in enumerate(containers):
        if not isinstance(container, dict) or container.get("name") != INIT_CONTAINER:
            continue
        for index, entry in enumerate(container.get("env") or []):
            if isinstance(entry, dict) and entry.get("name") == LIMIT:
                patch.put((*way, number, "env", index, "value"), Set(size))
                return
        patch.append((*way, number, "env"), [variable])
        return
    patch.append(way, [{"name": INIT_CONTAINER, "env": [variable]}])


def maps_scope(npmrc: str, scope: str) -> bool:
    """Whether an .npmrc says where a scope's packages are, wherever that is."""
    return any(line.split("=", 1)[0].strip() == f"{scope}:registry" for line in npmrc.splitlines() if "=" in line)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
