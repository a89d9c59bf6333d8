"""Plays the init container `install-dynamic-plugins`: reads what its pod mounts and says whether it would start.

Copies redhat-developer/rhdh docker/install-dynamic-plugins (families A to E) in what a test of an installation must
see: the order of its log, the words of its commonest failures, the exit code. A plugin without `integrity` fails, a
hash that differs from the published one fails, everything else installs. Downloads nothing, merges no pluginConfig.

What npm serves is said by a ConfigMap `world-npm` in the pod's namespace, key packages.yaml, of the form
{PACKAGE: {integrity: HASH, fault: TEXT}}; a package not listed has any hash. `fault` ends the installer with its text.
Faster than a real one in one thing: a crash-looping pod notices changed configuration at once, not at its next restart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.world.api import Api, Manifest
from tests.world.logs import serve_logs
from tests.world.standins.controller import Kind

POD: Kind = ("v1", "Pod")
CONFIG_MAP: Kind = ("v1", "ConfigMap")
CONTAINER = "install-dynamic-plugins"
FILE = "dynamic-plugins.yaml"
PUBLISHED = "world-npm"
INSTALLED, FAILS = "world.test/installed", "world.test/fail-init"


@dataclass(frozen=True)
class Outcome:
    lines: tuple[str, ...]
    ok: bool


class Installer:
    watches: Sequence[Kind] = (POD, CONFIG_MAP)

    def __init__(self, folder: Path) -> None:
        """`folder`: where the log files lie."""
        self.folder = folder

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        return kind == CONFIG_MAP or waits(changed)

    def objects(self, api: Api) -> list[Manifest]:
        return [one for one in api.list(*POD) if waits(one)]

    def reconcile(self, api: Api, item: Manifest) -> None:
        metadata = item["metadata"]
        text = mounted(api, item)
        if text is None:
            return  # the kubelet waits for a ConfigMap that is not there
        outcome = install(text, published(api, metadata["namespace"]))
        said = {INSTALLED: "ok", FAILS: None} if outcome.ok else {INSTALLED: "failed", FAILS: CONTAINER}
        if all(metadata.get("annotations", {}).get(key) == value for key, value in said.items()):
            return
        # The log first: whoever sees the failure may ask for it at once.
        serve_logs(api, self.folder, (metadata["namespace"], metadata["name"]), CONTAINER, outcome.lines)
        api.patch(item, {"metadata": {"annotations": said}})


def waits(pod: Manifest) -> bool:
    """Whether the pod's installer has not ended well yet."""
    metadata, names = pod["metadata"], [one["name"] for one in pod["spec"].get("initContainers", [])]
    done = metadata.get("annotations", {}).get(INSTALLED) == "ok"
    return CONTAINER in names and not done and "deletionTimestamp" not in metadata and "nodeName" in pod["spec"]


def mounted(api: Api, pod: Manifest) -> str | None:
    """The text of dynamic-plugins.yaml that the pod mounts, "" where it mounts none, None where it cannot."""
    container = next(one for one in pod["spec"]["initContainers"] if one["name"] == CONTAINER)
    volumes = {one["name"]: one for one in pod["spec"].get("volumes", [])}
    for mount in container.get("volumeMounts", []):
        if mount["mountPath"].endswith(f"/{FILE}"):
            source = volumes[mount["name"]]["configMap"]
            found = api.find(*CONFIG_MAP, source["name"], pod["metadata"]["namespace"])
            if found is None:
                return "" if source.get("optional") else None
            return str(found.get("data", {}).get(mount.get("subPath", FILE), ""))
    return ""


def published(api: Api, namespace: str) -> dict[str, Any]:
    found = api.find(*CONFIG_MAP, PUBLISHED, namespace)
    return (yaml.safe_load(found["data"]["packages.yaml"]) if found else None) or {}


def install(text: str, served: Mapping[str, Mapping[str, str]]) -> Outcome:
    """What the installer prints for a dynamic-plugins.yaml, and whether it ends with 0."""
    lines = ["======= Plugins will be installed in /dynamic-plugins-root"]
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        return Outcome((*lines, *str(problem).splitlines()), ok=False)
    if not document:
        return Outcome((*lines, "dynamic-plugins.yaml file is empty. Skipping dynamic plugins installation."), ok=True)
    if not isinstance(document, dict) or not isinstance(document.get("plugins", []), list):
        return Outcome(
            (*lines, "install.InstallException: dynamic-plugins.yaml content must be a YAML object"), ok=False
        )
    for plugin in document.get("plugins", []):
        said, failure = install_one(plugin, served)
        lines += said
        if failure:
            return Outcome((*lines, f"InstallException: {failure}"), ok=False)
    return Outcome((*lines, "======= Dynamic plugins installed"), ok=True)


def install_one(plugin: Mapping[str, Any], served: Mapping[str, Mapping[str, str]]) -> tuple[list[str], str]:
    """The lines for one plugin, and the message of its failure or ""."""
    package = plugin["package"]
    if plugin.get("disabled") and not plugin.get("enabled"):
        return [f"======= Skipping disabled dynamic plugin {package}"], ""
    said = [f"======= Installing dynamic plugin {package}"]
    known = served.get(package, {})
    if "fault" in known:
        return said, known["fault"]
    if package.startswith(("./", "oci://")):
        return said, ""
    if "integrity" not in plugin:
        return said, f"No integrity hash provided for Package {package}"
    if known.get("integrity", plugin["integrity"]) != plugin["integrity"]:
        return said, (
            f"{package}: The hash of the downloaded package {known['integrity'].partition('-')[2]} does not match the "
            f"provided integrity hash {plugin['integrity'].partition('-')[2]} provided in the configuration file"
        )
    return [*said, f"\t==> Successfully installed dynamic plugin {package}"], ""
