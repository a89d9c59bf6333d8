"""Command lines of a world's programs, as pure functions of a folder and ports. Starts nothing."""

from dataclasses import dataclass
from pathlib import Path

from tests.world.processes import FOLDER, LOOPBACK

Argv = list[str | Path]
# Administrators. The API's audit log keeps only the first one's requests: the person's.
ADMIN, PART, STAND_IN, TEST = "admin", "world:part", "world:stand-in", "world:test"
USERS = (ADMIN, PART, STAND_IN, TEST)
# Who has a client certificate: the person, and the API server where it asks the kubelet.
CERTIFIED = (ADMIN, PART)
NODE = "world"
CATALOG_NAMESPACE = "olm"


@dataclass(frozen=True)
class Ports:
    """One port of 127.0.0.1 for every program that listens; nothing listens anywhere else."""

    api: int
    etcd: int
    etcd_peer: int
    controllers: int
    scheduler: int
    kubelet: int
    catalog: int
    packages: int


def etcd(folder: Path, ports: Ports) -> Argv:
    client, peer = (f"http://{LOOPBACK}:{port}" for port in (ports.etcd, ports.etcd_peer))
    return [
        "etcd", "--name", "world", "--data-dir", folder / "etcd", "--log-level", "warn",
        "--listen-client-urls", client, "--advertise-client-urls", client,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"world={peer}",
        "--unsafe-no-fsync",  # the data need not survive the machine
    ]  # fmt: skip


def api_server(folder: Path, ports: Ports) -> Argv:
    pki = folder / "pki"
    return [
        "kube-apiserver",
        f"--etcd-servers=http://{LOOPBACK}:{ports.etcd}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={ports.api}",
        # A loopback address is only accepted where no endpoints are published under it.
        f"--advertise-address={LOOPBACK}",
        "--endpoint-reconciler-type=none",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--profiling=false",
        # Nobody here has to be kept from asking too much, and it costs every request a goroutine.
        "--enable-priority-and-fairness=false",
        "--service-cluster-ip-range=10.0.0.0/16",
        f"--tls-cert-file={pki}/server.crt",
        f"--tls-private-key-file={pki}/server.key",
        f"--client-ca-file={pki}/ca.crt",
        f"--token-auth-file={folder}/tokens.csv",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/sa.pub",
        f"--service-account-signing-key-file={pki}/sa.key",
        f"--kubelet-client-certificate={pki}/{PART}.crt",
        f"--kubelet-client-key={pki}/{PART}.key",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={pki}/ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy-client.crt",
        f"--proxy-client-key-file={pki}/front-proxy-client.key",
        f"--audit-policy-file={FOLDER}/audit.yaml",
        f"--audit-log-path={folder}/audit.log",
        "--audit-log-maxsize=100000",  # never turned over: readers remember where they were
    ]


def controller_manager(folder: Path, ports: Ports) -> Argv:
    return [
        "kube-controller-manager",
        *_controller(folder, ports.controllers),
        f"--service-account-private-key-file={folder}/pki/sa.key",
        f"--root-ca-file={folder}/pki/ca.crt",
        "--controllers=*,-nodeipam,-route,-cloud-node-lifecycle,-service-lb-controller",
        "--use-service-account-credentials=false",
        "--pvclaimbinder-sync-period=1s",
    ]


def scheduler_configuration(folder: Path) -> dict[str, object]:
    """A pod whose volume is not there yet is looked at again every second, not after 1, 2, 4, 8, 10."""
    return {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig_of(folder, PART))},
        "leaderElection": {"leaderElect": False},
        "podInitialBackoffSeconds": 1,
        "podMaxBackoffSeconds": 1,
    }


def scheduler(folder: Path, ports: Ports) -> Argv:
    # A file of configuration, for what no flag can say: flags about the same things are not read beside it.
    return ["kube-scheduler", *_controller(folder, ports.scheduler), f"--config={folder}/scheduler.json"]


def _controller(folder: Path, port: int) -> Argv:
    kubeconfig = kubeconfig_of(folder, PART)
    flags = [
        f"--{name}={kubeconfig}" for name in ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")
    ]
    return [*flags, f"--bind-address={LOOPBACK}", f"--secure-port={port}", "--leader-elect=false"]


def kwok(folder: Path, ports: Ports) -> Argv:
    return [
        "kwok",
        f"--kubeconfig={kubeconfig_of(folder, PART)}",
        f"--config={FOLDER}/kwok.yaml",
        "--manage-all-nodes=true",
        f"--node-ip={LOOPBACK}",
        f"--node-port={ports.kubelet}",
        f"--server-address={LOOPBACK}:{ports.kubelet}",
        "--cidr=10.64.0.0/16",
        "--enable-crds=Stage,Logs,ClusterLogs",
        "--node-lease-duration-seconds=40",
    ]


def olm(folder: Path) -> Argv:
    return ["olm", "--kubeconfig", kubeconfig_of(folder, PART), "--namespace", CATALOG_NAMESPACE]


def package_server(folder: Path, ports: Ports) -> Argv:
    return [
        "package-server",
        f"--kubeconfig={kubeconfig_of(folder, PART)}",
        f"--global-namespace={CATALOG_NAMESPACE}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={ports.packages}",
        f"--tls-cert-file={folder}/pki/server.crt",
        f"--tls-private-key-file={folder}/pki/server.key",
    ]


def catalog(configs: Path, cache: Path, port: int) -> Argv:
    return ["catalog-serve", "--configs", configs, "--cache-dir", cache, "--listen", f"{LOOPBACK}:{port}"]


def kubeconfig_of(folder: Path, user: str) -> Path:
    return folder / "kubeconfig" / user.replace(":", "-")
