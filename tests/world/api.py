"""A plain view of the Kubernetes API for tests, over `requests`. Shares no code with the tool it observes."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.world.processes import wait_for

Manifest = dict[str, Any]
MANAGER = "world"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
SECONDS = 30
TOO_EARLY = 429


class Refused(OSError):
    """The API said no; `code` is its HTTP status, `reason` its own word, such as NotFound."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Where:
    """A resource as discovery tells it: `prefix` is /api/v1 or /apis/GROUP/VERSION."""

    prefix: str
    plural: str
    namespaced: bool


@dataclass
class Api:
    """One user's talk with one API server. Kinds are named as in manifests: ("apps/v1", "Deployment").

    Every method raises `Refused` where the API refuses. `find` gives None for what is not there.
    """

    kubeconfig: Path
    keep_alive: bool = False
    _session: requests.Session = field(default_factory=requests.Session)
    _known: dict[str, dict[str, Where]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = yaml.safe_load(self.kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.server = cluster["server"]
        # Only the kubeconfig counts: no proxy and no .netrc of the person who runs the tests.
        self._session.trust_env = False
        if not self.keep_alive:
            # Nobody closes a test's connection, and pytest takes a forgotten socket for a mistake.
            self._session.headers["Connection"] = "close"
        self._session.verify = cluster["certificate-authority"]
        if "client-certificate" in user:
            self._session.cert = (user["client-certificate"], user["client-key"])
        if "token" in user:
            self._session.headers["Authorization"] = f"Bearer {user['token']}"

    def close(self) -> None:
        self._session.close()

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self._session.request(method, self.server + path, **{"timeout": SECONDS, **more})
            # A server that has just started, or a kind that was just defined, is asked again: nothing was done yet.
            if answer.status_code != TOO_EARLY or time.monotonic() > deadline:
                break
            answer.close()
            time.sleep(0.1)
        if answer.status_code >= 400:
            raise refusal(answer)
        return answer

    def path(self, api_version: str, kind: str, namespace: str | None = None, name: str | None = None) -> str:
        where = self._where(api_version, kind)
        inside = f"/namespaces/{namespace}" if where.namespaced and namespace else ""
        return f"{where.prefix}{inside}/{where.plural}" + (f"/{name}" if name else "")

    def _where(self, api_version: str, kind: str) -> Where:
        if kind not in self._known.get(api_version, {}):
            self._known[api_version] = self._discover(api_version)
        try:
            return self._known[api_version][kind]
        except KeyError:
            raise Refused(404, "NoSuchKind", f"{api_version} {kind} is not served") from None

    def _discover(self, api_version: str) -> dict[str, Where]:
        prefix = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        found = self.request("GET", prefix).json()["resources"]
        return {one["kind"]: Where(prefix, one["name"], one["namespaced"]) for one in found if "/" not in one["name"]}

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Manifest:
        return self.request("GET", self.path(api_version, kind, namespace, name)).json()

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        try:
            return self.get(api_version, kind, name, namespace)
        except Refused as no:
            if no.code == 404:
                return None
            raise

    def list(self, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> list[Manifest]:
        """Every object of a kind, of all namespaces where none is given; the items carry apiVersion and kind."""
        query = {"labelSelector": labels} if labels else {}
        items = self.request("GET", self.path(api_version, kind, namespace), params=query).json()["items"]
        return [{"apiVersion": api_version, "kind": kind, **one} for one in items]

    def create(self, manifest: Mapping[str, Any]) -> Manifest:
        return self.request("POST", self._of(manifest, named=False), json=manifest).json()

    def apply(self, manifest: Mapping[str, Any], manager: str = MANAGER, *, force: bool = True) -> Manifest:
        """Server-side apply."""
        return self._apply(self._of(manifest), manifest, manager, force=force)

    def apply_status(self, manifest: Mapping[str, Any], manager: str = MANAGER) -> Manifest:
        return self._apply(self._of(manifest) + "/status", manifest, manager, force=True)

    def _apply(self, path: str, manifest: Mapping[str, Any], manager: str, *, force: bool) -> Manifest:
        query = {"fieldManager": manager, "force": str(force).lower()}
        sent = self.request(
            "PATCH", path, params=query, data=json.dumps(manifest).encode(), headers={"Content-Type": APPLY}
        )
        return sent.json()

    def patch(self, manifest: Mapping[str, Any], change: Mapping[str, Any], subresource: str = "") -> Manifest:
        """A JSON merge patch of the object that `manifest` names."""
        path = self._of(manifest) + (f"/{subresource}" if subresource else "")
        query = {"fieldManager": MANAGER}
        return self.request(
            "PATCH", path, params=query, data=json.dumps(change), headers={"Content-Type": MERGE}
        ).json()

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> None:
        """Delete in the background; what is already gone is fine."""
        try:
            self.request(
                "DELETE", self.path(api_version, kind, namespace, name), json={"propagationPolicy": "Background"}
            )
        except Refused as no:
            if no.code != 404:
                raise

    def _of(self, manifest: Mapping[str, Any], *, named: bool = True) -> str:
        metadata = manifest["metadata"]
        name = metadata["name"] if named else None
        return self.path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), name)

    def watch(self, api_version: str, kind: str, since: str, seconds: int = 60) -> Iterator[tuple[str, Manifest]]:
        """Events of a kind in all namespaces after a resourceVersion, for so many seconds."""
        query = {"watch": "1", "resourceVersion": since, "timeoutSeconds": str(seconds)}
        path = self.path(api_version, kind)
        with self.request("GET", path, params=query, stream=True, timeout=(SECONDS, seconds + SECONDS)) as answer:
            for line in answer.iter_lines():
                event = json.loads(line)
                yield event["type"], event["object"]

    def logs(self, namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
        query = {"container": container, "previous": str(previous).lower()}
        return self.request("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/log", params=query).content.decode()

    def wait(
        self, kind: tuple[str, str], name: str, namespace: str | None, until: Any, seconds: float = 60
    ) -> Manifest:
        """The object once `until(object)` is true; it need not be there yet."""

        def ask() -> Manifest | None:
            found = self.find(*kind, name, namespace)
            return found if found is not None and until(found) else None

        found = wait_for(f"{kind[1]} {namespace or ''}/{name}", ask, seconds=seconds)
        assert found is not None
        return found


def refusal(answer: requests.Response) -> Refused:
    try:
        status = answer.json()
    except ValueError:
        status = {}
    if not isinstance(status, dict):
        status = {}
    return Refused(answer.status_code, status.get("reason", answer.reason), status.get("message", answer.text[:300]))


def condition(manifest: Manifest, kind: str) -> str:
    """The status of one of an object's conditions: True, False, Unknown, or "" where it has none."""
    # A list may be null for a moment, while a status is filled in for the first time.
    conditions = manifest.get("status", {}).get("conditions") or []
    return next((one["status"] for one in conditions if one["type"] == kind), "")


def config_map(name: str, namespace: str, data: Mapping[str, str], **metadata: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "data": dict(data),
    }


def namespace_of(name: str, labels: Mapping[str, str] | None = None) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}}
