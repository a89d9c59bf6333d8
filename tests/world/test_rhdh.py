"""The stand-ins of RHDH's operator and of its plugin installer treat edits as the real ones do."""

from typing import Any

import pytest
import yaml

from tests.world.api import Api, Manifest, Refused, condition, config_map
from tests.world.processes import wait_for
from tests.world.rhdh import IMAGE, NAME, operator_flavour, plain_flavour, put, sample
from tests.world.standins.installer import install
from tests.world.workloads import DEPLOYMENT, rolled_out, waiting_reasons

BACKSTAGE = ("rhdh.redhat.com/v1alpha3", "Backstage")
CONFIG_MAP = ("v1", "ConfigMap")
OWNED = f"backstage-{NAME}"
GOOD = "sha512-" + "A" * 86 + "=="
BAD = "sha512-" + "B" * 86 + "=="
PACKAGE = "@redhat/backstage-plugin-orchestrator@1.6.1"


def plugins(*entries: dict[str, Any]) -> dict[str, str]:
    document = {"includes": ["dynamic-plugins.default.yaml"], "plugins": list(entries)}
    return {"dynamic-plugins.yaml": yaml.safe_dump(document)}


def deployed(resource: Manifest) -> bool:
    return condition(resource, "Deployed") == "True"


@pytest.fixture
def running(api: Api, namespace: str) -> Manifest:
    """An RHDH under its operator, running; the Deployment as it is then."""
    put(api, operator_flavour(namespace))
    api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)
    api.wait(BACKSTAGE, NAME, namespace, deployed)
    return api.get(*DEPLOYMENT, OWNED, namespace)


def write(api: Api, namespace: str, name: str, data: dict[str, str]) -> None:
    api.patch(config_map(name, namespace, {}), {"data": data})


def pods(api: Api, namespace: str) -> list[Manifest]:
    """RHDH's own, without its database's."""
    return api.list("v1", "Pod", namespace, labels=f"rhdh.redhat.com/app={OWNED}")


def test_sample_becomes_a_running_rhdh(api: Api, namespace: str) -> None:
    put(api, sample(namespace))
    made = api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)
    api.wait(("apps/v1", "StatefulSet"), f"backstage-psql-{NAME}", namespace, rolled_out)
    api.wait(BACKSTAGE, NAME, namespace, deployed)
    [init] = made["spec"]["template"]["spec"]["initContainers"]
    assert (init["name"], init["image"]) == ("install-dynamic-plugins", f"{IMAGE}:1.6")
    assert made["metadata"]["ownerReferences"][0]["kind"] == "Backstage"
    mounted = api.get(*CONFIG_MAP, "dynamic-plugins-rhdh", namespace)["metadata"]
    assert mounted["labels"]["rhdh.redhat.com/ext-config-sync"] == "true"
    [pod] = pods(api, namespace)
    assert "Dynamic plugins installed" in api.logs(namespace, pod["metadata"]["name"], "install-dynamic-plugins")


def test_changed_configuration_rolls_once_and_only_when_it_changed(api: Api, namespace: str, running: Manifest) -> None:
    before = running["metadata"]["generation"]
    write(api, namespace, "dynamic-plugins-rhdh", plugins({"package": PACKAGE, "integrity": GOOD}))
    api.wait(DEPLOYMENT, OWNED, namespace, lambda one: one["metadata"]["generation"] > before and rolled_out(one))
    write(api, namespace, "app-config-rhdh", {})
    write(api, namespace, "app-config-rhdh", {"app-config.yaml": "app: {title: Other}\n"})
    again = api.wait(
        DEPLOYMENT, OWNED, namespace, lambda one: one["metadata"]["generation"] > before + 1 and rolled_out(one)
    )
    assert again["metadata"]["generation"] == before + 2


def test_operator_takes_its_own_back(api: Api, namespace: str, running: Manifest) -> None:
    """An edit of the operator's ConfigMap stays until it has another reason to reconcile, then it is gone."""
    own = f"backstage-appconfig-{NAME}"
    theirs = api.get(*CONFIG_MAP, own, namespace)["data"]
    write(api, namespace, own, {"default.app-config.yaml": "mine: true\n"})
    write(api, namespace, "app-config-rhdh", {"app-config.yaml": "app: {title: Other}\n"})
    wait_for("the operator's text", lambda: api.get(*CONFIG_MAP, own, namespace)["data"] == theirs)
    scaled = {**running, "metadata": {"name": OWNED, "namespace": namespace}}
    scaled["spec"]["template"]["spec"]["automountServiceAccountToken"] = True
    with pytest.raises(Refused, match=r"conflicts? with \"backstage-controller\""):
        api.apply(scaled, "somebody", force=False)


@pytest.mark.parametrize(
    ("entry", "published", "said"),
    [
        ({"package": PACKAGE}, {}, f"No integrity hash provided for Package {PACKAGE}"),
        ({"package": PACKAGE, "integrity": BAD}, {"integrity": GOOD}, "does not match the provided integrity hash"),
        ({"package": PACKAGE, "integrity": GOOD}, {"fault": "ERR! 404 Not Found"}, "ERR! 404 Not Found"),
    ],
)
@pytest.mark.usefixtures("running")
def test_bad_plugin_crashes_the_new_pod_only(
    api: Api, namespace: str, entry: dict[str, str], published: dict[str, str], said: str
) -> None:
    [old] = pods(api, namespace)
    before = api.get(*CONFIG_MAP, "dynamic-plugins-rhdh", namespace)["data"]
    text = {"packages.yaml": yaml.safe_dump({PACKAGE: published} if published else {})}
    api.apply(config_map("world-npm", namespace, text))
    write(api, namespace, "dynamic-plugins-rhdh", plugins(entry))

    def crashing() -> Manifest | None:
        looping = {"install-dynamic-plugins": "CrashLoopBackOff"}
        return next((one for one in pods(api, namespace) if looping.items() <= waiting_reasons(one).items()), None)

    new = wait_for("the crash loop", crashing)
    assert new is not None
    assert said in api.logs(namespace, new["metadata"]["name"], "install-dynamic-plugins", previous=True)
    assert condition(api.get("v1", "Pod", old["metadata"]["name"], namespace), "Ready") == "True"

    write(api, namespace, "dynamic-plugins-rhdh", before)
    api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)
    assert [one["metadata"]["name"] for one in pods(api, namespace) if not going(one)] == [old["metadata"]["name"]]


def going(pod: Manifest) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def test_missing_configuration_is_told_and_waited_for(api: Api, namespace: str) -> None:
    *config, resource = operator_flavour(namespace)
    put(api, [resource])
    failed = api.wait(BACKSTAGE, NAME, namespace, lambda one: condition(one, "Deployed") == "False")
    [told] = failed["status"]["conditions"]
    assert (told["reason"], "app-config-rhdh" in told["message"]) == ("DeployFailed", True)
    put(api, config)
    api.wait(BACKSTAGE, NAME, namespace, deployed)


@pytest.mark.parametrize(
    ("release", "version", "size", "mounted"),
    [
        ("1.4", "v1alpha3", None, "dynamic-plugins-rhdh"),
        ("1.7", "v1alpha3", "30000000", "dynamic-plugins-rhdh"),
        ("1.8", "v1alpha4", "30000000", f"backstage-dynamic-plugins-{NAME}"),
        ("1.10", "v1alpha5", "40000000", f"backstage-dynamic-plugins-{NAME}"),
    ],
)
def test_releases_differ(api: Api, namespace: str, release: str, version: str, size: str | None, mounted: str) -> None:
    put(api, operator_flavour(namespace, release, version))
    pod = api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)["spec"]["template"]["spec"]
    [init] = pod["initContainers"]
    environment = {one["name"]: one["value"] for one in init["env"]}
    [volume] = [one["name"] for one in init["volumeMounts"] if one["mountPath"].endswith("dynamic-plugins.yaml")]
    sources = {one["name"]: one.get("configMap", {}).get("name") for one in pod["volumes"]}
    assert (environment.get("MAX_ENTRY_SIZE"), sources[volume]) == (size, mounted)


def test_later_operators_merge_the_plugins_and_lose_unknown_fields(api: Api, namespace: str) -> None:
    *config, resource = operator_flavour(namespace, "1.8", "v1alpha4")
    entry = {"package": PACKAGE, "integrity": GOOD, "pullPolicy": "Always"}
    config[1]["data"] = plugins(entry)
    put(api, [*config, resource])
    api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)
    merged = api.get(*CONFIG_MAP, f"backstage-dynamic-plugins-{NAME}", namespace)["data"]["dynamic-plugins.yaml"]
    assert yaml.safe_load(merged)["plugins"] == [{"package": PACKAGE, "integrity": GOOD, "disabled": False}]


def test_deployment_patch_is_merged_in(api: Api, namespace: str) -> None:
    *config, resource = operator_flavour(namespace)
    more = {"name": "install-dynamic-plugins", "env": [{"name": "MAX_ENTRY_SIZE", "value": "50000000"}]}
    patch = {"spec": {"template": {"spec": {"initContainers": [more]}}}}
    resource["spec"]["deployment"] = {"patch": patch}
    put(api, [*config, resource])
    made = api.wait(DEPLOYMENT, OWNED, namespace, rolled_out)
    [init] = made["spec"]["template"]["spec"]["initContainers"]
    environment = {one["name"]: one["value"] for one in init["env"]}
    assert environment.keys() == {"NPM_CONFIG_USERCONFIG", "MAX_ENTRY_SIZE"}
    assert environment["MAX_ENTRY_SIZE"] == "50000000"


def test_nobody_rolls_a_plain_deployment(api: Api, namespace: str) -> None:
    put(api, plain_flavour(namespace))
    before = api.wait(DEPLOYMENT, NAME, namespace, rolled_out)
    write(api, namespace, "dynamic-plugins-rhdh", plugins({"package": PACKAGE}))
    restart = {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"}
    api.patch(before, {"spec": {"template": {"metadata": {"annotations": restart}}}})

    def crashing() -> bool:
        found = api.list("v1", "Pod", namespace)
        return any("CrashLoopBackOff" in waiting_reasons(one).values() for one in found)

    wait_for("the crash loop after a restart by hand", crashing)
    after = api.get(*DEPLOYMENT, NAME, namespace)
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1


def test_installer_words_what_it_cannot_read() -> None:
    assert install("plugins: [", {}).ok is False
    assert install("- a list", {}).ok is False
    assert install("", {}).ok is True
    skipped = install(yaml.safe_dump({"plugins": [{"package": PACKAGE, "disabled": True}]}), {})
    assert (skipped.ok, f"Skipping disabled dynamic plugin {PACKAGE}" in "\n".join(skipped.lines)) == (True, True)
