"""A whole Kubernetes on loopback: starts its programs in order, waits for each, ends them. Installs nothing into it."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.world import commands, users
from tests.world.api import Api, Manifest, condition, namespace_of
from tests.world.audit import AuditLog
from tests.world.catalogs import write_catalogs
from tests.world.commands import ADMIN, CATALOG_NAMESPACE, NODE, STAND_IN, TEST, Argv, Ports
from tests.world.processes import FOLDER, LOOPBACK, Child, free_ports, start, stop, wait_for
from tests.world.programs import world_binary
from tests.world.standins.storage import storage_class

CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
CATALOG_SOURCE = ("operators.coreos.com/v1alpha1", "CatalogSource")
CATALOG = "world-catalog"
SECONDS = 90.0


@dataclass
class World:
    """A running world. `folder` holds everything it has: PKI, data, logs, kubeconfig files, audit log."""

    folder: Path
    binary: Path
    ports: Ports
    with_parent: bool
    children: list[Child] = field(default_factory=list)
    weak_users: int = 0

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for the tool under test: what it does stands in the audit log."""
        return commands.kubeconfig_of(self.folder, ADMIN)

    @cached_property
    def api(self) -> Api:
        """A test's own eyes and hands, which the audit log leaves out. Closed with the world."""
        return Api(commands.kubeconfig_of(self.folder, TEST), keep_alive=True)

    def audit(self) -> AuditLog:
        """The audit log from now on."""
        log = AuditLog(self.folder / "audit.log")
        log.restart()
        return log

    def weak_user(self) -> users.User:
        """A user who may do nothing yet and whom nobody else has."""
        self.weak_users += 1
        return users.weak_user(self.folder, self.ports.api, self.weak_users - 1)

    def run(self, name: str, argv: Argv, **env: str) -> Child:
        """Start one program of the world's binary."""
        return self._start(name, [self.binary, *argv], env)

    def _start(self, name: str, argv: Argv, env: dict[str, str]) -> Child:
        log = self.folder / "logs" / f"{name}.log"
        child = start(name, argv, log, with_parent=self.with_parent, env=env)
        self.children.append(child)
        return child

    def child(self, name: str) -> Child:
        """The newest process of a name."""
        return next(one for one in reversed(self.children) if one.name == name)

    def end(self, name: str) -> None:
        """End one program at once, as a crash would."""
        child = self.child(name)
        stop([child])
        self.children.remove(child)

    def stop(self, *, keep: bool = False) -> None:
        """End everything; its folder goes too unless `keep`."""
        if "api" in vars(self):
            self.api.close()
        stop(self.children)
        self.children.clear()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def save(self, path: Path) -> None:
        """Write down what another process needs to end this world."""
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".new")
        written.write_text(json.dumps(dataclasses.asdict(self), default=str, indent=1) + "\n", encoding="utf-8")
        written.rename(path)


def load(path: Path) -> World:
    """The world that `save` wrote down. Raises FileNotFoundError where there is none."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    children = [Child(one["name"], one["pid"], one["born"], Path(one["log"])) for one in data["children"]]
    return World(
        folder=Path(data["folder"]),
        binary=Path(data["binary"]),
        ports=Ports(**data["ports"]),
        with_parent=data["with_parent"],
        children=children,
        weak_users=data["weak_users"],
    )


def start_world(*, olm: bool = True, stand_ins: bool = True, with_parent: bool = True) -> World:
    """Start a world in a new folder under the system's temporary one; about eight seconds with all of it.

    :param olm: OLM with our catalogs, packagemanifests too
    :param stand_ins: the process that plays RHDH's operator, Knative's, SonataFlow's and RHDH's plugin installer
    :param with_parent: everything ends when this process does, whatever ended it
    :raises NotReady: something did not come up; the end of its log is in the message
    """
    folder = Path(tempfile.mkdtemp(prefix="rhdh-world-"))
    world = World(folder, world_binary(), Ports(*free_ports(len(dataclasses.fields(Ports)))), with_parent)
    try:
        start_api(world)
        start_nodes(world, olm=olm)
        if stand_ins:
            start_stand_ins(world)
        if olm:
            start_olm(world)
    except BaseException as problem:
        problem.add_note(f"the logs are kept in {folder}/logs")
        world.stop(keep=True)
        raise
    return world


def start_api(world: World) -> None:
    """etcd and the API server, then the two that make Deployments into pods."""
    (world.folder / "logs").mkdir()
    (world.folder / "pki").mkdir()
    subprocess.run([world.binary, "pki", world.folder / "pki", *commands.CERTIFIED], check=True)
    users.write_kubeconfigs(world.folder, world.ports)
    world.run("etcd", commands.etcd(world.folder, world.ports))
    start_api_server(world)
    world.run("controllers", commands.controller_manager(world.folder, world.ports))
    configuration = json.dumps(commands.scheduler_configuration(world.folder))
    (world.folder / "scheduler.json").write_text(configuration, encoding="utf-8")
    world.run("scheduler", commands.scheduler(world.folder, world.ports))


def start_api_server(world: World) -> None:
    """Start it, again after `world.end("api")` too, and wait until it answers."""
    child = world.run("api", commands.api_server(world.folder, world.ports))
    api = world.api
    wait_for("the API server", lambda: api.request("GET", "/readyz").ok, seconds=SECONDS, watched=[child])


def start_nodes(world: World, *, olm: bool) -> None:
    """One node, played by kwok, on which pods become ready, fail or end as stages.yaml says."""
    api = world.api
    names = [apply_crd(api, one) for one in manifests(world.binary, "kwok", *(["olm"] if olm else []))]
    for name in names:
        await_crd(api, name)
    stages = [*manifests(world.binary, "stages"), *documents((FOLDER / "stages.yaml").read_text(encoding="utf-8"))]
    for stage in stages:
        api.apply(stage)
    api.apply(node())
    child = world.run("kwok", commands.kwok(world.folder, world.ports))
    wait_for("the node", lambda: nudged(api), seconds=SECONDS, watched=[child])
    await_service_account(api, "default")


def nudged(api: Api) -> bool:
    """Whether the node is ready, after a push for kwok.

    About one start in thirty, kwok 0.8.0 loses the news of the Stages between its first look and its watch, and then
    plays nothing for ever; any later change of any Stage makes it look again.
    """
    stage = {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Stage", "metadata": {"name": "pod-ready"}}
    if condition(api.get("v1", "Node", NODE), "Ready") == "True":
        api.patch(stage, {"metadata": {"annotations": {"world.test/nudge": "last"}}})
        return True
    time.sleep(0.2)
    api.patch(stage, {"metadata": {"annotations": {"world.test/nudge": str(time.monotonic())}}})
    return False


def start_stand_ins(world: World) -> None:
    """One Python process with all stand-ins; its reports lie in logs/stand-ins.log."""
    world.api.apply(storage_class())
    argv: Argv = [sys.executable, "-m", "tests.world.standins", commands.kubeconfig_of(world.folder, STAND_IN)]
    path = os.pathsep.join(filter(None, (str(FOLDER.parent.parent), os.environ.get("PYTHONPATH"))))
    world._start("stand-ins", argv, {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"})


def start_olm(world: World) -> None:
    """OLM's operators over one global catalog of our own, and the packagemanifests API."""
    api = world.api
    write_catalogs(world.folder / "catalog")
    start_catalog(world)
    api.apply(namespace_of(CATALOG_NAMESPACE))
    api.apply({"apiVersion": "operators.coreos.com/v1", "kind": "OLMConfig", "metadata": {"name": "cluster"}})
    olm = world.run("olm", commands.olm(world.folder))
    api.apply(catalog_source(CATALOG, world.ports.catalog))
    packages = world.run("packages", commands.package_server(world.folder, world.ports))
    for one in package_api(world):
        api.apply(one)
    await_catalog(api, CATALOG, olm)
    found = "/apis/packages.operators.coreos.com/v1/namespaces/olm/packagemanifests"
    wait_for(
        "packagemanifests", lambda: api.request("GET", found).json()["items"], seconds=SECONDS, watched=[olm, packages]
    )


def start_catalog(world: World) -> None:
    """Serve catalog/ as it is now; after a change of its files `world.end("catalog")` and this again."""
    cache = world.folder / "catalog-cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir()
    world.run("catalog", commands.catalog(world.folder / "catalog", cache, world.ports.catalog))


def await_catalog(api: Api, name: str, *watched: Child) -> None:
    def ready() -> bool:
        status = api.get(*CATALOG_SOURCE, name, CATALOG_NAMESPACE).get("status", {})
        return status.get("connectionState", {}).get("lastObservedState") == "READY"

    wait_for(f"CatalogSource {name}", ready, seconds=SECONDS, watched=watched)


def catalog_source(name: str, port: int, namespace: str = CATALOG_NAMESPACE) -> Manifest:
    spec = {"sourceType": "grpc", "address": f"{LOOPBACK}:{port}", "displayName": name, "publisher": "world"}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": CATALOG_SOURCE[0], "kind": CATALOG_SOURCE[1], "metadata": metadata, "spec": spec}


def package_api(world: World) -> list[Manifest]:
    """An aggregated API needs a Service; only one of type ExternalName may lead to a loopback address."""
    authority = (world.folder / "pki" / "ca.crt").read_bytes()
    service = {"namespace": CATALOG_NAMESPACE, "name": "packageserver-service", "port": world.ports.packages}
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": service["name"], "namespace": CATALOG_NAMESPACE},
            "spec": {"type": "ExternalName", "externalName": "localhost"},
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1.packages.operators.coreos.com"},
            "spec": {
                "group": "packages.operators.coreos.com",
                "version": "v1",
                "groupPriorityMinimum": 2000,
                "versionPriority": 15,
                "service": service,
                "caBundle": users.base64(authority),
            },
        },
    ]


def node() -> Manifest:
    size = {"cpu": "64", "memory": "256Gi", "pods": "500"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": NODE,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {"kubernetes.io/os": "linux"},
        },
        "status": {"allocatable": size, "capacity": size},
    }


@cache
def manifests(binary: Path, *what: str) -> list[Manifest]:
    """What the linked parts bring along: CRDs of kwok and olm, kwok's stock stages. Read once, not for each world."""
    done = subprocess.run([binary, "manifests", *what], check=True, capture_output=True, text=True)
    return documents(done.stdout)


def documents(text: str) -> list[Manifest]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [one for one in yaml.load_all(text, Loader=loader) if one]


def apply_crd(api: Api, crd: Manifest) -> str:
    api.apply({key: value for key, value in crd.items() if key != "status"})
    name: str = crd["metadata"]["name"]
    return name


def await_crd(api: Api, name: str) -> None:
    api.wait(CRD, name, None, lambda one: condition(one, "Established") == "True")


def await_service_account(api: Api, namespace: str) -> None:
    """Pods are refused before the namespace's default ServiceAccount is there."""
    api.wait(("v1", "ServiceAccount"), "default", namespace, bool)
