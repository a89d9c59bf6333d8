"""Finds the RHDH of a cluster that a command is about: its resource, its workload, its release. Writes nothing."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from installer.cluster.cluster import Lister, Object, Objects
from installer.cluster.errors import Forbidden, NotServed
from installer.cluster.kinds import BACKSTAGE, DEPLOYMENT, STATEFUL_SET
from installer.flow.live_ahead import place_of
from installer.instance.operator import INIT_CONTAINER, owned_name
from installer.instance.tracking import keeper_of
from installer.instance.version import Version, first, of_image, of_workload
from installer.instance.view import View
from installer.model.change import Flavour
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.yamltext.reading import compose
from installer.yamltext.text import File, Text

PLUGINS_FILE = "dynamic-plugins.yaml"
_RELEASE = "meta.helm.sh/release-name"
_EVERYTHING = 0  # a list in one answer: what a page is for is a bounded answer, and `status` bounds requests


@dataclass(frozen=True)
class Running:
    """One RHDH of a cluster. `resource` is its Backstage; `workload` None means that there is none yet."""

    flavour: Flavour
    name: str
    namespace: str
    resource: Object | None
    workload: Object | None

    @property
    def address(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def version(self) -> Version | None:
        """The release as the resource's image, then the workload tells it."""
        image = ((self.resource or {}).get("spec") or {}).get("application") or {}
        return first([of_image(str(image.get("image") or "")), self._of_workload()])

    def _of_workload(self) -> Version | None:
        return of_workload(viewed(self.workload)) if self.workload is not None else None

    @property
    def pod_spec(self) -> Mapping[str, Any]:
        template = ((self.workload or {}).get("spec") or {}).get("template") or {}
        return template.get("spec") or {}

    def plugins_map(self) -> tuple[str, str] | None:
        """ConfigMap and key that the init container reads as dynamic-plugins.yaml; None where nothing says it."""
        volumes = {one.get("name"): one.get("configMap") or {} for one in self.pod_spec.get("volumes") or []}
        for container in self.pod_spec.get("initContainers") or []:
            for mount in container.get("volumeMounts") or [] if container.get("name") == INIT_CONTAINER else []:
                source = volumes.get(mount.get("name"), {})
                if str(mount.get("mountPath", "")).endswith(f"/{PLUGINS_FILE}") and source.get("name"):
                    return str(source["name"]), _key(source, str(mount.get("subPath") or PLUGINS_FILE))
        return None


@dataclass(frozen=True)
class Seen:
    """What was read to find the instance: `deployments` are those of all namespaces, or of one where it was named."""

    running: Running
    deployments: Objects


def find(cluster: Lister, selection: str | None, namespace: str | None) -> Seen:
    """The instance; `selection` is NAMESPACE/NAME or NAME, `namespace` that of -n.

    Raises InstallerError: TARGET where there is none or there are several; Forbidden where we may not look.
    """
    inside = place_of(selection, namespace)
    try:
        resources = _listed(cluster, BACKSTAGE, inside)
        deployments = _listed(cluster, DEPLOYMENT, inside)
        found = list(_instances(resources, deployments))
        if not any(one.workload is not None and _is_chosen(one, selection) for one in found):
            found = list(_instances(resources, [*deployments, *_listed(cluster, STATEFUL_SET, inside)]))
    except Forbidden as error:
        raise _unseen(error) if inside is None else error from None
    return Seen(_one(found, selection, inside), deployments)


def instances(cluster: Lister, namespace: str) -> frozenset[str]:
    """The addresses of every RHDH in a namespace. Raises Forbidden."""
    workloads = [*_listed(cluster, DEPLOYMENT, namespace), *_listed(cluster, STATEFUL_SET, namespace)]
    return frozenset(one.address for one in _instances(_listed(cluster, BACKSTAGE, namespace), workloads))


def described(running: Running, rhdh_version: str | None) -> dict[str, str | None]:
    """`result.instance`, as commands on directories spell it."""
    found = running.version
    return {
        "flavour": running.flavour,
        "managedBy": keeper_of(running.resource or running.workload or {}),
        "name": running.name,
        "namespace": running.namespace,
        "version": rhdh_version.removeprefix("v") if rhdh_version else (found.number if found else None),
        "versionSource": "--rhdh-version" if rhdh_version else (found.source if found else None),
    }


def viewed(one: Object) -> View:
    """An object as the text that rules of manifests are written for."""
    characters = json.dumps(one, ensure_ascii=False)
    file = File(f"{one.get('kind', '')}", characters.encode("utf-8", "surrogatepass"), characters)
    node = compose(characters)[0]
    assert node is not None  # noqa: S101 - an object is no empty document
    return View(Text.of(file), node)


def _listed(cluster: Lister, kind: Any, namespace: str | None) -> Objects:
    try:
        return cluster.list(kind, namespace, page=_EVERYTHING)
    except NotServed:
        return []


def _instances(resources: Objects, workloads: Objects) -> Iterator[Running]:
    """Those of the operator first, then what Helm or a person made."""
    made: set[tuple[str, str]] = set()
    for one in resources:
        name, namespace = one["metadata"]["name"], one["metadata"]["namespace"]
        made.add((namespace, owned_name("", name)))
        workload = next((each for each in workloads if _address(each) == (namespace, owned_name("", name))), None)
        yield Running("operator", name, namespace, one, workload)
    for one in workloads:
        if _is_rhdh(one) and _address(one) not in made:
            release = (one["metadata"].get("annotations") or {}).get(_RELEASE)
            yield Running("helm" if release else "plain", release or _address(one)[1], _address(one)[0], None, one)


def _is_rhdh(workload: Object) -> bool:
    containers = ((workload.get("spec") or {}).get("template") or {}).get("spec", {}).get("initContainers") or []
    owners = workload["metadata"].get("ownerReferences") or []
    return any(one.get("name") == INIT_CONTAINER for one in containers) and not any(
        one.get("kind") == "Backstage" for one in owners
    )


def _address(one: Object) -> tuple[str, str]:
    return one["metadata"]["namespace"], one["metadata"]["name"]


def _is_chosen(one: Running, selection: str | None) -> bool:
    return selection is None or selection in (one.address, one.name)


def _one(found: list[Running], selection: str | None, namespace: str | None) -> Running:
    chosen = [one for one in found if _is_chosen(one, selection)]
    if len(chosen) == 1:
        return chosen[0]
    names = ", ".join(_told_apart(chosen or found))
    scope = f"namespace {namespace}" if namespace else "the cluster"
    if chosen:
        message, fix = (
            f"{len(chosen)} instances of RHDH in {scope}: {names}",
            "choose one with --instance NAMESPACE/NAME",
        )
        if len({one.address for one in chosen}) == 1:
            fix = "rename one of them: by one name in one namespace, each would go on with the other's runs"
        raise fail(ExitCode.TARGET, "instance-ambiguous", message, fix=fix)
    if found:
        message = f"no RHDH called {selection} in {scope}; there is {names}"
        raise fail(ExitCode.TARGET, "instance-unknown", message, fix="choose one with --instance NAMESPACE/NAME")
    message = f"no RHDH in {scope}: no Backstage resource, and no workload with an init container {INIT_CONTAINER}"
    fix = "look in another cluster with --context CONTEXT"
    fix += ", or leave the namespace out to look in all of them" if namespace else ""
    raise fail(ExitCode.TARGET, "instance-missing", message, fix=fix)


def _told_apart(found: list[Running]) -> list[str]:
    """Their addresses, with the flavour where that alone tells two apart."""
    counts = Counter(one.address for one in found)
    return sorted(f"{one.address} ({one.flavour})" if counts[one.address] > 1 else one.address for one in found)


def _unseen(error: Forbidden) -> InstallerError:
    """Whoever may not look everywhere can say where."""
    problem = error.problems[0]
    fix = "name the instance, with --instance NAMESPACE/NAME, or its namespace, with -n NAMESPACE"
    return InstallerError(Problem(problem.code, problem.message, None, fix, problem.exit))


def _key(source: Mapping[str, Any], path: str) -> str:
    """The key of a ConfigMap that a volume shows under a path."""
    listed = source.get("items") or []
    return next((str(one["key"]) for one in listed if one.get("path") == path), path)
