"""Whether what runs is what was configured: pods against ConfigMaps, logs against packages, endpoints."""

import pytest

from installer.plan.standing import has_ready_endpoint, mounted, older_than, tells, unnamed, written

EARLY, THEN, LATE = (f"2026-01-01T00:00:0{one}Z" for one in (1, 2, 3))


def config_map(name, *entries, made=EARLY):
    fields = [{"time": time, "fieldsV1": {key: {}}} for time, key in entries]
    return {"metadata": {"name": name, "creationTimestamp": made, "managedFields": fields}}


def test_what_a_pod_reads_at_its_start():
    volumes = [
        {"name": "plugins", "configMap": {"name": "dynamic-plugins-rhdh"}},
        {"name": "config", "configMap": {"name": "app-config-rhdh"}},
        {"name": "folder", "configMap": {"name": "refreshed-in-place"}},
        {"name": "root", "emptyDir": {}},
        {"name": "npmrc", "secret": {"secretName": "dynamic-plugins-npmrc"}},
    ]
    init = [{"name": "plugins"}, {"name": "root"}, {"name": "npmrc", "subPath": ".npmrc"}]
    main = [{"name": "config", "subPath": "app-config.yaml"}, {"name": "folder"}]
    spec = {
        "volumes": volumes,
        "initContainers": [{"name": "install-dynamic-plugins", "volumeMounts": init}],
        "containers": [{"name": "backstage-backend", "volumeMounts": main}, {"name": "sidecar"}],
    }
    assert mounted({"spec": spec}) == ["app-config-rhdh", "dynamic-plugins-rhdh"]
    assert mounted({"spec": {"containers": []}}) == []


@pytest.mark.parametrize(
    ("entries", "time"),
    [
        ([(EARLY, "f:data"), (LATE, "f:metadata")], EARLY),
        ([(LATE, "f:data"), (EARLY, "f:data")], LATE),
        ([(THEN, "f:binaryData")], THEN),
        ([], EARLY),
    ],
)
def test_when_it_was_written(entries, time):
    assert written(config_map("one", *entries)) == time


def test_a_pod_that_is_older_than_its_configuration():
    maps = [config_map("a", (LATE, "f:data")), config_map("b", (THEN, "f:data")), config_map("c", (EARLY, "f:data"))]
    assert older_than({"metadata": {"creationTimestamp": THEN}}, maps) == ["a"]


LOG = """======= Plugins will be installed in /dynamic-plugins-root
======= Skipping disabled dynamic plugin @acme/off
======= Installing dynamic plugin @acme/on@1.0.0
\t==> Successfully installed dynamic plugin @acme/on@1.0.0
======= Skipping download of already installed dynamic plugin oci://quay.io/acme/pack:1.0!b
"""


@pytest.mark.parametrize(
    ("packages", "missing"),
    [
        (["@acme/on", "oci://quay.io/acme/pack"], []),
        (["@acme/off"], ["@acme/off"]),
        (["@acme/on", "@acme/none"], ["@acme/none"]),
    ],
)
def test_packages_that_the_log_does_not_name(packages, missing):
    assert unnamed(packages, LOG) == missing


def test_a_log_that_tells_nothing():
    assert tells(LOG)
    assert not tells("")
    assert not tells("npm notice something\n")


@pytest.mark.parametrize(
    ("slices", "ready"),
    [
        ([], False),
        ([{"endpoints": None}], False),
        ([{"endpoints": [{"conditions": {"ready": False}}]}], False),
        ([{"endpoints": [{"conditions": {"ready": False}}]}, {"endpoints": [{"conditions": {"ready": True}}]}], True),
        ([{"endpoints": [{"addresses": ["10.0.0.1"]}]}], True),
    ],
)
def test_ready_endpoints(slices, ready):
    assert has_ready_endpoint(slices) is ready
