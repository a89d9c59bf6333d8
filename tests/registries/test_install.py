"""`install --registry` on a directory: the exit code, the words, and that nothing is written that is not right."""

import json

import pytest
import yaml

from installer.cli.boundary import run
from installer.flow import install
from installer.knowledge.aliases import npm_name, npm_version
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError, first_of
from installer.model.report import Report
from installer.model.request import InstallRequest
from tests.registries import fake

BACKSTAGE = """\
apiVersion: rhdh.redhat.com/v1alpha3
kind: Backstage
metadata:
  name: rhdh
  namespace: portal
spec:
  application:
    image: registry.redhat.io/rhdh/rhdh-hub-rhel9:1.7
    appConfig:
      configMaps:
        - name: app-config-rhdh
    dynamicPluginsConfigMapName: dynamic-plugins-rhdh
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: app-config-rhdh
  namespace: portal
data:
  app-config.yaml: |
    app:
      baseUrl: https://portal.example.com
"""
PLUGINS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: dynamic-plugins-rhdh
  namespace: portal
data:
  dynamic-plugins.yaml: |
    includes:
      - dynamic-plugins.default.yaml
    plugins:
      - package: oci://example.com/mine:1.0!mine
        disabled: false
      - package: "@redhat/backstage-plugin-orchestrator@1.7.1"
        disabled: false
        integrity: {integrity}
"""
HASH = "sha512-" + "A" * 86 + "=="


@pytest.fixture
def manifests(tmp_path, monkeypatch):
    where = tmp_path / "manifests"
    where.mkdir()
    (where / "backstage.yaml").write_text(BACKSTAGE)
    (where / "plugins.yaml").write_text(PLUGINS.format(integrity=pins()["@redhat/backstage-plugin-orchestrator@1.7.1"]))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return where


def pins():
    listed = yaml.safe_load(release("1.7").dynamic_plugins)["plugins"]
    return {one["package"]: one["integrity"] for one in listed if "integrity" in one}


def publish(registry, **other):
    """The release's own packages; `other` replaces the hash of those whose name ends in the key."""
    for package, integrity in pins().items():
        name = npm_name(package)
        wrong = next((value for key, value in other.items() if name.endswith(key)), integrity)
        registry.publish(name, npm_version(package), integrity=wrong)


def answer(manifests, registry, **more):
    request = InstallRequest(str(manifests), registry=registry.url if registry else None, **{"yes": True, **more})
    try:
        return install(request, confirm=lambda *_: None, progress=lambda _line: None)
    except InstallerError as error:
        return Report(errors=error.problems)


def exit_of(report):
    return first_of([*(one.exit for one in report.errors), report.gate])


def bytes_of(manifests):
    return {path.name: path.read_bytes() for path in manifests.iterdir()}


def test_all_as_published(manifests, registry):
    publish(registry)
    before = bytes_of(manifests)
    report = answer(manifests, registry)
    assert exit_of(report) == ExitCode.OK, report.errors
    assert bytes_of(manifests) != before
    assert "4 package(s) compared with what npm registries publish" in report.text
    assert "not checked: oci://example.com/mine:1.0!mine (image registries are not asked)" in report.text
    states = {one["package"]: one["integrity"]["state"] for one in report.result["hashes"]}
    assert {states[package] for package in pins()} == {"ok"}
    assert states["oci://example.com/mine:1.0!mine"] == "unchecked"
    assert len(registry.asked) == 4


def test_a_mismatch_writes_nothing(manifests, registry):
    publish(registry, **{"orchestrator-backend-dynamic": HASH})
    before = bytes_of(manifests)
    report = answer(manifests, registry)
    assert exit_of(report) == ExitCode.INTEGRITY
    (problem,) = [one for one in report.errors if one.code == "integrity-mismatch"]
    package = "@redhat/backstage-plugin-orchestrator-backend-dynamic@1.7.1"
    assert package in problem.message
    assert pins()[package] in problem.message
    assert HASH in problem.message
    assert registry.url in problem.message
    assert HASH in problem.fix
    assert problem.where.file == "plugins.yaml"
    assert bytes_of(manifests) == before


def test_somebody_elses_package_is_compared_too(manifests, registry):
    publish(registry)
    text = PLUGINS.format(integrity=pins()["@redhat/backstage-plugin-orchestrator@1.7.1"])
    theirs = f"      - package: '@acme/own@2.0.0'\n        disabled: false\n        integrity: {HASH}\n"
    (manifests / "plugins.yaml").write_text(text + theirs)
    registry.publish("@acme/own", "2.0.0", integrity=HASH[:-4] + "AQ==")
    report = answer(manifests, registry)
    assert exit_of(report) == ExitCode.INTEGRITY
    assert "@acme/own@2.0.0" in report.errors[0].message


def test_what_is_switched_off_is_not_asked(manifests, registry):
    publish(registry)
    with (manifests / "plugins.yaml").open("a") as file:
        file.write(f"      - package: '@acme/off@2.0.0'\n        disabled: true\n        integrity: {HASH}\n")
    assert exit_of(answer(manifests, registry)) == ExitCode.OK
    assert not [path for path, _ in registry.asked if "acme" in path]


def test_a_missing_package(manifests, registry):
    before = bytes_of(manifests)
    report = answer(manifests, registry)
    assert exit_of(report) == ExitCode.TARGET
    assert {one.code for one in report.errors} == {"package-missing"}
    assert bytes_of(manifests) == before


def test_a_missing_version(manifests, registry):
    for package in pins():
        registry.publish(npm_name(package), "1.6.0", integrity=HASH)
    report = answer(manifests, registry)
    assert exit_of(report) == ExitCode.TARGET
    assert "its highest: 1.6.0" in report.errors[0].message


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_registry_that_is_down(dry_run, manifests, registry):
    registry.behave = fake.status(503)
    before = bytes_of(manifests)
    report = answer(manifests, registry, dry_run=dry_run)
    assert exit_of(report) == ExitCode.UNREACHABLE
    assert len(report.errors) == 1
    assert bytes_of(manifests) == before


def test_nobody_is_asked_without_the_option(manifests, registry, monkeypatch):
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", registry.url)
    report = answer(manifests, None)
    assert exit_of(report) == ExitCode.OK
    assert registry.asked == []
    assert "not checked: @redhat/" in report.text
    assert "--registry URL asks one" in report.text
    assert "oci://example.com/mine:1.0!mine (image registries are not asked)" in report.text
    assert not [one for one in report.result["hashes"] if one["integrity"]["state"] == "ok"]


def test_a_known_wrong_hash_is_corrected_before_it_is_compared(manifests, registry):
    publish(registry)
    wrong = pins()["@redhat/backstage-plugin-orchestrator-backend-dynamic@1.7.1"]
    (manifests / "plugins.yaml").write_text(PLUGINS.format(integrity=wrong))
    assert exit_of(answer(manifests, registry)) == ExitCode.OK
    right = pins()["@redhat/backstage-plugin-orchestrator@1.7.1"]
    assert right in (manifests / "plugins.yaml").read_text()


def test_a_malformed_hash_asks_nobody(manifests, registry):
    publish(registry)
    text = PLUGINS.format(integrity=pins()["@redhat/backstage-plugin-orchestrator@1.7.1"])
    theirs = "      - package: '@acme/own@2.0.0'\n        disabled: false\n        integrity: sha512-nonsense!\n"
    (manifests / "plugins.yaml").write_text(text + theirs)
    before = bytes_of(manifests)
    assert exit_of(answer(manifests, registry)) == ExitCode.FINDINGS
    assert registry.asked == []
    assert bytes_of(manifests) == before


def test_the_option_of_the_command_line(manifests, registry, capfdbinary):
    publish(registry, **{"orchestrator-backend-dynamic": HASH})
    before = bytes_of(manifests)
    code = run(["install", "--directory", str(manifests), "--registry", registry.url, "--yes", "-o", "json"])
    told = json.loads(capfdbinary.readouterr().out)
    assert code == ExitCode.INTEGRITY
    assert told["exit"]["code"] == 13
    assert told["errors"][0]["code"] == "integrity-mismatch"
    assert bytes_of(manifests) == before
