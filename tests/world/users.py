"""Who may talk to a world's API: kubeconfig files, and weak users with tokens for tests of permissions."""

import base64 as codec
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world.api import Api
from tests.world.commands import USERS, Ports, kubeconfig_of
from tests.world.processes import LOOPBACK

# The API server reads its token file once, at its start: so many weak users there are in one world.
WEAK_USERS = 900  # the whole kill matrix takes one a case
RBAC = "rbac.authorization.k8s.io/v1"
CREDENTIAL_FILES = (("client-certificate", "crt"), ("client-key", "key"))
Rules = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class User:
    """Somebody who may do nothing yet: no group, no role."""

    name: str
    kubeconfig: Path
    token: str


def write_kubeconfigs(folder: Path, ports: Ports) -> None:
    """One file for each administrator, and the token file of all but the first, the weak users' too, beside them.

    The person has a certificate. The world's own parts have tokens: a certificate is verified with every request, which
    took the API server a tenth of its time.
    """
    (folder / "kubeconfig").mkdir()
    person, *parts = USERS
    certificate = {one: str(folder / "pki" / f"{person}.{end}") for one, end in CREDENTIAL_FILES}
    write_kubeconfig(folder, kubeconfig_of(folder, person), person, ports.api, certificate)
    lines = []
    for part in parts:
        token = secrets.token_hex(16)
        lines.append(f'{token},{part},{part},"system:masters"')
        write_kubeconfig(folder, kubeconfig_of(folder, part), part, ports.api, {"token": token})
    names = map(weak_name, range(WEAK_USERS))
    lines += [f"{secrets.token_hex(16)},{name},{name}" for name in names]
    tokens = folder / "tokens.csv"
    tokens.touch(mode=0o600)
    tokens.write_text("\n".join(lines) + "\n", encoding="ascii")


def weak_name(number: int) -> str:
    return f"weak-{number:03}"


def write_kubeconfig(folder: Path, path: Path, user: str, port: int, credentials: Mapping[str, str]) -> None:
    """kubectl's own file, as JSON, which is YAML too; private, because it opens the API."""
    cluster = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority": str(folder / "pki" / "ca.crt")}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "world",
        "clusters": [{"name": "world", "cluster": cluster}],
        "users": [{"name": user, "user": dict(credentials)}],
        "contexts": [{"name": "world", "context": {"cluster": "world", "user": user}}],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def weak_user(folder: Path, port: int, number: int) -> User:
    name = weak_name(number)
    lines = (folder / "tokens.csv").read_text(encoding="ascii").splitlines()
    token = next(token for token, user, *_ in (line.split(",") for line in lines) if user == name)
    path = kubeconfig_of(folder, name)
    write_kubeconfig(folder, path, name, port, {"token": token})
    return User(name, path, token)


def grant(api: Api, user: User, rules: Rules, namespaces: Iterable[str] = ()) -> None:
    """Let a user do what the rules say: in the namespaces given, or everywhere where none is.

    :param rules: as in a Role: apiGroups, resources, verbs
    """
    for namespace in list(namespaces) or [None]:
        prefix = "" if namespace else "Cluster"
        metadata = {"name": user.name, **({"namespace": namespace} if namespace else {})}
        role = {"apiVersion": RBAC, "kind": f"{prefix}Role", "metadata": metadata, "rules": list(rules)}
        binding = {
            "apiVersion": RBAC,
            "kind": f"{prefix}RoleBinding",
            "metadata": metadata,
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user.name}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{prefix}Role", "name": user.name},
        }
        api.apply(role)
        api.apply(binding)


def base64(data: bytes) -> str:
    return codec.b64encode(data).decode("ascii")
