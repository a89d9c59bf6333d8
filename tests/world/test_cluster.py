"""The world is a real Kubernetes: workloads roll out and fail, logs are served, roles bind, writes are counted."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.world.api import Api, Refused, condition, config_map
from tests.world.audit import AuditLog
from tests.world.logs import serve_logs
from tests.world.processes import LOOPBACK, wait_for
from tests.world.users import User
from tests.world.workloads import DEPLOYMENT, job, rolled_out, waiting_reasons, workload
from tests.world.world import World

READ_CONFIG_MAPS = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_workload_becomes_ready(api: Api, namespace: str, kind: str) -> None:
    api.apply(workload(kind, "demo", namespace, init_containers=["first"]))
    api.wait(("apps/v1", kind), "demo", namespace, rolled_out)


def test_job_completes(api: Api, namespace: str) -> None:
    api.apply(job("demo", namespace))
    api.wait(("batch/v1", "Job"), "demo", namespace, lambda one: condition(one, "Complete") == "True")


@pytest.mark.parametrize(
    ("annotation", "waiting"),
    [
        ({"world.test/fail-init": "second"}, {"second": "CrashLoopBackOff", "third": "PodInitializing"}),
        ({"world.test/bad-image": "yes"}, {"main": "ImagePullBackOff"}),
    ],
)
def test_failing_rollout_keeps_the_old_pod_and_recovers(
    api: Api, namespace: str, annotation: dict[str, str], waiting: dict[str, str]
) -> None:
    containers = ["first", "second", "third"]
    api.apply(workload("Deployment", "demo", namespace, containers))
    api.wait(DEPLOYMENT, "demo", namespace, rolled_out)
    [old] = api.list("v1", "Pod", namespace)

    api.apply(workload("Deployment", "demo", namespace, containers, annotation))

    def stuck() -> bool:
        new = [one for one in api.list("v1", "Pod", namespace) if one["metadata"]["uid"] != old["metadata"]["uid"]]
        return any(waiting.items() <= waiting_reasons(one).items() for one in new)

    wait_for("the new pod to fail", stuck)
    assert condition(api.get("v1", "Pod", old["metadata"]["name"], namespace), "Ready") == "True"
    api.apply(workload("Deployment", "demo", namespace, containers))
    api.wait(DEPLOYMENT, "demo", namespace, rolled_out)


def test_logs_are_served(world: World, api: Api, namespace: str, kubectl_binary: Path) -> None:
    api.apply(workload("Deployment", "demo", namespace, ["first"]))
    api.wait(DEPLOYMENT, "demo", namespace, rolled_out)
    name = api.list("v1", "Pod", namespace)[0]["metadata"]["name"]
    serve_logs(api, world.folder / "logs", (namespace, name), "first", ["one", "two: €"])
    assert wait_for("logs", lambda: api.logs(namespace, name, "first")) == "one\ntwo: €\n"
    argv = [kubectl_binary, "--kubeconfig", world.kubeconfig, "logs", "-n", namespace, name, "-c", "first", "-p"]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "one\ntwo: €\n"


def test_weak_user_may_do_only_what_the_rules_say(namespace: str, user: Callable[..., User]) -> None:
    weak = Api(user(READ_CONFIG_MAPS, (namespace,)).kubeconfig)
    assert [one["metadata"]["name"] for one in weak.list("v1", "ConfigMap", namespace)] == ["kube-root-ca.crt"]
    with pytest.raises(Refused, match="403 Forbidden") as refused:
        weak.apply(config_map("mine", namespace, {}))
    assert "cannot patch" in str(refused.value)
    with pytest.raises(Refused, match="403 Forbidden"):
        weak.list("v1", "ConfigMap", "default")


def test_audit_log_counts_what_a_person_does(world: World, api: Api, namespace: str, audit: AuditLog) -> None:
    person = Api(world.kubeconfig)
    api.apply(config_map("not-counted", namespace, {}))
    person.apply(config_map("mine", namespace, {"key": "value"}))
    person.request("POST", person.path("v1", "ConfigMap", namespace), params={"dryRun": "All"}, json=MINE_TOO)
    person.create(REVIEW)
    person.get("v1", "ConfigMap", "mine", namespace)
    asked = wait_for(
        "the audit log", lambda: [one for one in audit.asked("admin") if one.verb == "get"] and audit.asked()
    )
    assert [(one.verb, one.what, one.where) for one in audit.writes()] == [("patch", "configmaps", f"{namespace}/mine")]
    assert [(one.verb, one.what) for one in asked] == [
        ("get", "/api/v1"),
        ("patch", "configmaps"),
        ("create", "configmaps"),
        ("get", "/apis/authorization.k8s.io/v1"),
        ("create", "selfsubjectaccessreviews"),
        ("get", "configmaps"),
    ]


MINE_TOO = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mine-too"}}
REVIEW = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "metadata": {},
    "spec": {"resourceAttributes": {"verb": "get", "resource": "configmaps"}},
}


def test_nothing_listens_beyond_loopback(world: World) -> None:
    """Every listening socket of the world's own processes, from the kernel's tables."""
    assert {address for one in world.children for address in listeners(one.pid)} == {LOOPBACK}


def listeners(pid: int) -> set[str]:
    """The addresses on which a process listens, "*" for any but 127.0.0.1."""
    inodes = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        target = str(one.readlink()) if one.is_symlink() else ""
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.add(LOOPBACK if fields[1].startswith("0100007F:") else fields[1])
    return found


def test_version_is_that_of_the_sources(api: Api) -> None:
    text = (Path(__file__).parent / "go" / "go.mod").read_text(encoding="utf-8")
    version = next(line.split()[1] for line in text.splitlines() if line.strip().startswith("k8s.io/kubernetes v"))
    assert api.request("GET", "/version").json()["gitVersion"] == version


def test_helm_installs_a_chart(world: World, namespace: str, each_helm: Path, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: demo, version: 1.0.0}", encoding="utf-8")
    manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: demo}, data: {release: {{ .Release.Name }}}}"
    (tmp_path / "templates" / "demo.yaml").write_text(manifest, encoding="utf-8")
    argv = [each_helm, "--kubeconfig", world.kubeconfig, "install", "one", tmp_path, "-n", namespace, "--wait"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env={"HOME": str(tmp_path)})
    assert "STATUS: deployed" in done.stdout
    assert world.api.get("v1", "ConfigMap", "demo", namespace)["data"] == {"release": "one"}
