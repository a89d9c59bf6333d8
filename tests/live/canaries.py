"""An RHDH full of secrets that nobody may see, and what looks for them. Every planted value is told from all others."""

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.live.harness import Program, offspring
from tests.world.api import Api, Manifest, config_map

SAMPLED_EVERY = 0.02  # seconds


@dataclass
class Canaries:
    """Makes values and remembers where each was planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def __call__(self, where: str) -> str:
        number = len(self.planted)
        value = f"canary{number:02}Zq7{number * 7919 + 104729}"
        self.planted[value] = where
        return value

    def found(self, text: str | bytes) -> list[str]:
        """Where those were planted that a text holds, as they are or in base64."""
        data = text.encode() if isinstance(text, str) else text
        return [where for value, where in self.planted.items() if any(form in data for form in forms(value))]


def forms(value: str) -> tuple[bytes, ...]:
    """The value, and what is the same in its base64 wherever it begins."""
    return value.encode(), *(base64.b64encode(b" " * skip + value.encode())[4:-4] for skip in range(3))


# -- planting


def app_config(plant: Canaries) -> str:
    """What people write in clear although they should not."""
    host = "example.com"
    config: dict[str, Any] = {
        "app": {"title": "Example", "baseUrl": f"https://developer-hub.apps.{host}"},
        "backend": {
            "auth": {"keys": [{"secret": plant("backend key")}]},
            "database": {
                "client": "pg",
                "connection": {"host": "db", "user": "me", "password": plant("database password")},
            },
            "cache": {"store": "redis", "connection": f"redis://user:{plant('redis URL')}@redis.{host}:6379"},
        },
        "auth": {
            "session": {"secret": plant("session secret")},
            "providers": {
                "github": {"development": {"clientId": "id", "clientSecret": plant("github client secret")}},
                "oidc": {"development": {"clientId": "id", "clientSecret": plant("oidc client secret")}},
            },
        },
        "integrations": {
            "github": [{"host": "github.com", "token": plant("github token")}],
            "gitlab": [{"host": "gitlab.com", "token": plant("gitlab token")}],
            "bitbucketServer": [{"host": f"bb.{host}", "username": "me", "password": plant("bitbucket password")}],
            "awsS3": [{"accessKeyId": "AKIA", "secretAccessKey": plant("aws secret key")}],
            "azure": [{"host": "dev.azure.com", "credentials": [{"personalAccessToken": plant("azure token")}]}],
        },
        "proxy": {
            "endpoints": {
                "/ci": {
                    "target": f"https://robot:{plant('proxy URL')}@ci.{host}/api",
                    "headers": {"Authorization": f"Bearer {plant('proxy bearer')}"},
                },
                "/quay": {"target": f"https://quay.{host}", "headers": {"X-Api-Key": plant("proxy api key")}},
            }
        },
        "catalog": {
            "locations": [
                {"type": "url", "target": f"https://x-token:{plant('location URL')}@git.{host}/catalog.yaml"},
                {"type": "url", "target": f"https://files.{host}/all.yaml?access_token={plant('location query')}"},
            ],
            "providers": {"ldapOrg": {"default": {"bind": {"dn": "cn=me", "secret": plant("ldap bind")}}}},
        },
        "kubernetes": {
            "clusterLocatorMethods": [
                {"type": "config", "clusters": [{"name": "one", "serviceAccountToken": plant("cluster token")}]}
            ]
        },
        "jenkins": {"instances": [{"name": "default", "apiKey": plant("jenkins key")}]},
    }
    return yaml.safe_dump(config, sort_keys=False)


def dynamic_plugins(plant: Canaries) -> str:
    argocd = [{"name": "one", "url": "https://argocd.example.com", "token": plant("argocd token")}]
    instance = {"instances": argocd, "password": plant("argocd password")}
    plugins = [
        {
            "package": "./dynamic-plugins/dist/roadiehq-backstage-plugin-argo-cd-backend-dynamic",
            "disabled": False,
            "pluginConfig": {"argocd": {"appLocatorMethods": [{"type": "config", **instance}]}},
        }
    ]
    return yaml.safe_dump({"includes": ["dynamic-plugins.default.yaml"], "plugins": plugins}, sort_keys=False)


def secrets(plant: Canaries, namespace: str) -> list[Manifest]:
    """Secrets beside RHDH, and the .npmrc of its plugin installer."""
    npmrc = (
        "@redhat:registry=https://npm.registry.redhat.com/\n"
        f"//npm.registry.redhat.com/:_authToken={plant('npmrc token')}\n"
        f"//npm.example.com/:_password={plant('npmrc password')}\n"
        f"https-proxy=http://me:{plant('npmrc proxy')}@proxy.example.com:3128\n"
    )
    wanted = {
        "dynamic-plugins-npmrc": {".npmrc": npmrc},
        "secrets-rhdh": {name: plant(f"Secret {name}") for name in ("GITHUB_TOKEN", "BACKEND_SECRET", "PASSWORD")},
        "somebodys": {"connection": f"postgres://me:{plant('Secret with a URL')}@db/one"},
        "a-license": {"license.txt": plant("Secret of no name that tells")},
    }
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "stringData": data}
        for name, data in wanted.items()
    ]


def env(plant: Canaries) -> list[dict[str, str]]:
    """Variables of RHDH's container, in clear."""
    proxy = f"http://me:{plant('variable with a URL')}@proxy.example.com:3128"
    return [
        {"name": "GITHUB_APP_PRIVATE_KEY", "value": plant("variable private key")},
        {"name": "POSTGRES_PASSWORD", "value": plant("variable password")},
        {"name": "HTTPS_PROXY", "value": proxy},
    ]


def full_of_secrets(plant: Canaries, manifests: list[Manifest]) -> list[Manifest]:
    """The manifests of an RHDH of the operator's or the plain flavour, with all of the above in it."""
    *maps, last = manifests
    namespace = last["metadata"]["namespace"]
    texts = {"app-config.yaml": app_config(plant), "dynamic-plugins.yaml": dynamic_plugins(plant)}
    for one in maps:
        one["data"] = {key: texts[key] for key in one["data"]}
    if last["kind"] == "Backstage":
        last["spec"]["application"]["extraEnvs"] = {"envs": env(plant), "secrets": [{"name": "secrets-rhdh"}]}
    else:
        pod = last["spec"]["template"]["spec"]
        pod["containers"][0] |= {"env": env(plant), "envFrom": [{"secretRef": {"name": "secrets-rhdh"}}]}
        pod["volumes"].append({"name": "npmrc", "secret": {"secretName": "dynamic-plugins-npmrc"}})
    return [*secrets(plant, namespace), *maps, last]


def values(plant: Canaries) -> dict[str, Any]:
    """The same for RHDH's chart, as somebody gives them to helm."""
    return {
        "global": {"dynamic": yaml.safe_load(dynamic_plugins(plant))},
        "upstream": {
            "backstage": {"appConfig": yaml.safe_load(app_config(plant)), "extraEnvVars": env(plant)},
            "postgresql": {"enabled": True, "auth": {"password": plant("chart's database password")}},
        },
    }


def kubeconfig(plant: Canaries, path: Path, folder: Path) -> Path:
    """The kubeconfig of a user who has other clusters too; the token of this one is a secret as well."""
    config = json.loads(path.read_text(encoding="utf-8"))
    plant.planted[config["users"][0]["user"]["token"]] = "own token"
    config["users"] += [
        {"name": "other", "user": {"token": plant("kubeconfig token")}},
        {"name": "old", "user": {"username": "me", "password": plant("kubeconfig password")}},
        {"name": "cloud", "user": {"auth-provider": {"name": "oidc", "config": {"id-token": plant("id token")}}}},
    ]
    proxy = f"http://me:{plant('kubeconfig proxy')}@proxy.example.com:3128"
    config["clusters"].append({"name": "far", "cluster": {"server": "https://far.example.com", "proxy-url": proxy}})
    made = folder / "kubeconfig"
    made.touch(mode=0o600)
    made.write_text(json.dumps(config), encoding="utf-8")
    return made


def environment(plant: Canaries) -> dict[str, str]:
    """Of the program itself."""
    return {name: plant(f"own variable {name}") for name in ("NPM_TOKEN", "GITHUB_TOKEN", "HELM_REGISTRY_PASSWORD")}


# -- looking


@dataclass
class Listed:
    """The process list of a program and its children, as everybody on the machine could have seen it."""

    lines: set[bytes] = field(default_factory=set)


@contextmanager
def process_list(program: Program) -> Iterator[Listed]:
    """Sample it while the program runs."""
    listed, over = Listed(), threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLED_EVERY):
            if program.now is not None:
                for pid in (program.now.pid, *offspring(program.now.pid)):
                    listed.lines.add(command_line(pid))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield listed
    finally:
        over.set()
        thread.join()


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def written_down(api: Api, namespace: str) -> str:
    """What the program leaves in the cluster that is not bytes of somebody's configuration: heads, Leases, names.

    A journal has to hold the bytes before and after: those are compressed, which is looked at here too.
    """
    journal = [
        one
        for one in api.list("v1", "Secret", namespace)
        if one.get("type", "").startswith("rhdh-orchestrator/") or is_ours(one)
    ]
    plain: list[Manifest] = []
    for one in journal:
        data = {key: base64.b64decode(value) for key, value in (one.get("data") or {}).items()}
        readable = {key: value.decode("utf-8", "replace") for key, value in data.items() if not packed(value)}
        plain.append({**one, "data": readable})
    leases = api.list("coordination.k8s.io/v1", "Lease", namespace)
    events = api.list("v1", "Event", namespace)
    return json.dumps([*plain, *leases, *events])


def is_ours(one: Manifest) -> bool:
    return bool(one["metadata"].get("labels", {}).get("app.kubernetes.io/managed-by") == "rhdh-orchestrator")


def packed(value: bytes) -> bool:
    try:
        gzip.decompress(value)
    except OSError:
        return False
    return True


def npm_fails(api: Api, namespace: str, package: str, words: str) -> None:
    """Let RHDH's plugin installer end with these words at a package."""
    data = {"packages.yaml": json.dumps({package: {"fault": words}})}
    api.apply(config_map("world-npm", namespace, data))
