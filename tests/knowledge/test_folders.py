"""Every folder of configmaps/ is held to the form of a release, and its texts to the set that a release installs."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from yaml.nodes import MappingNode, SequenceNode

from installer.knowledge import hashes, matrix, reading
from installer.knowledge.aliases import npm_name, npm_version, role, role_of
from installer.knowledge.denied import denied
from installer.knowledge.location import data_folder
from installer.knowledge.releases import minors, release
from installer.yamltext.reading import compose
from tests.tables import table

CONFIGMAPS = data_folder("configmaps")
SCHEMA = table(Path(__file__).parent / "release.schema.yaml")
EVERY = sorted(path.relative_to(CONFIGMAPS).as_posix() for path in CONFIGMAPS.glob("*/*.yaml"))
INHERITED = "oci://registry.access.redhat.com/rhdh/{image}:{{{{inherit}}}}"

# What stands on RHDH: npm packages of the Orchestrator by minor (scope and version), from 1.9 images.
NPM_LINE = {
    "1.2": "1.2.0",
    "1.3": "1.3.0",
    "1.4": "1.4.0",
    "1.5": "1.5.1",
    "1.6": "1.6.1",
    "1.7": "1.7.1",
    "1.8": "1.8.12",
}
UPSTREAM_DOCUMENT = {
    "orchestrator": "@janus-idp/backstage-plugin-orchestrator@1.10.6",
    "orchestrator-backend": "@janus-idp/backstage-plugin-orchestrator-backend-dynamic@1.8.0",
    "notifications": "@janus-idp/plugin-notifications@1.2.5",
    "notifications-backend": "@janus-idp/plugin-notifications-backend-dynamic@1.4.11",
}
BUNDLED = {
    "notifications": "backstage-plugin-notifications",
    "notifications-backend": "backstage-plugin-notifications-backend-dynamic",
    "signals": "backstage-plugin-signals",
    "signals-backend": "backstage-plugin-signals-backend-dynamic",
    "notifications-email": "backstage-plugin-notifications-backend-module-email-dynamic",
}
CSP = {
    "script-src": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "script-src-elem": ["'self'", "'unsafe-inline'", "'unsafe-eval'"],
    "connect-src": ["'self'", "http:", "https:", "data:"],
}


def number(minor):
    return tuple(int(part) for part in minor.split("."))


def data(minor):
    return table(CONFIGMAPS / minor / "release.yaml")


def entries(minor):
    return yaml.safe_load(release(minor).dynamic_plugins)["plugins"]


def app_config(minor):
    return yaml.safe_load(release(minor).app_config)


def expected_packages(minor):
    """The packages of the set, written down apart from the folders: role to package."""
    at = number(minor)
    if at == (1, 1):
        return dict(UPSTREAM_DOCUMENT)
    orchestrator = ["orchestrator", "orchestrator-backend"]
    orchestrator += ["scaffolder-orchestrator"] if at >= (1, 5) else []
    orchestrator += ["orchestrator-form-widgets"] if at >= (1, 6) else []
    if at >= (1, 9):
        packages = {name: INHERITED.format(image=role(name).images[0]) for name in orchestrator}
    else:
        packages = {name: f"{role(name).npm[0]}@{NPM_LINE[minor]}" for name in orchestrator}
    if at <= (1, 3):
        return packages | {name: f"{role(name).npm[0]}@{NPM_LINE[minor]}" for name in BUNDLED}
    return packages | {name: f"./dynamic-plugins/dist/{folder}" for name, folder in BUNDLED.items()}


def duplicates(node, path=""):
    match node:
        case MappingNode():
            seen = set()
            for key, value in node.value:
                if key.value in seen:
                    yield f"{path}/{key.value}"
                seen.add(key.value)
                yield from duplicates(value, f"{path}/{key.value}")
        case SequenceNode():
            for index, child in enumerate(node.value):
                yield from duplicates(child, f"{path}/{index}")


def test_the_releases_are_those_of_the_product_oldest_first():
    wanted = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "2.0", "2.1")
    assert tuple(minor for minor in minors() if minor in wanted) == wanted
    assert list(minors()) == sorted(minors(), key=number)


@pytest.mark.parametrize("name", EVERY)
def test_a_file_is_one_document_without_duplicate_keys(name):
    documents = compose((CONFIGMAPS / name).read_text(encoding="utf-8"))
    assert len(documents) == 1
    assert list(duplicates(documents[0])) == []


@pytest.mark.parametrize("minor", minors())
def test_a_release_meets_the_schema(minor):
    jsonschema.Draft202012Validator(SCHEMA).validate(data(minor))
    assert data(minor)["minor"] == minor
    assert {path.name for path in (CONFIGMAPS / minor).iterdir()} == {
        "release.yaml",
        "dynamic-plugins.yaml",
        "app-config.yaml",
    }


@pytest.mark.parametrize("minor", minors())
def test_the_simulator_knows_the_installer_of_every_patch(minor):
    assert {item["behaviour"] for item in data(minor)["installer"]} <= set(reading.shared("installers")["families"])


@pytest.mark.parametrize("minor", minors())
@pytest.mark.parametrize("key", ["installer", "images"])
def test_patch_ranges_begin_at_zero_and_rise(minor, key):
    patches = [item["fromPatch"] for item in data(minor)[key]]
    assert patches == sorted(set(patches))
    assert patches[:1] in ([], [0])
    assert all(patch <= data(minor)["newestPatch"] for patch in patches)


@pytest.mark.parametrize("minor", minors())
def test_the_set_is_that_of_the_release(minor):
    packages = [entry["package"] for entry in entries(minor)]
    assert {role_of(package): package for package in packages} == expected_packages(minor)
    assert len(packages) == len(expected_packages(minor))
    assert yaml.safe_load(release(minor).dynamic_plugins)["includes"] == ["dynamic-plugins.default.yaml"]


@pytest.mark.parametrize("minor", minors())
def test_an_entry_is_on_by_the_key_its_release_looks_at(minor):
    on = {"enabled": True} if number(minor) >= (2, 0) else {"disabled": False}
    assert release(minor).switch == next(iter(on))
    for entry in entries(minor):
        assert {key: entry[key] for key in ("enabled", "disabled") if key in entry} == on


@pytest.mark.parametrize("minor", minors())
def test_npm_packages_are_pinned_with_a_good_hash_and_others_have_none(minor):
    for entry in entries(minor):
        package = entry["package"]
        if not package.startswith("@"):
            assert "integrity" not in entry
            continue
        name, version = npm_name(package), npm_version(package)
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert entry["integrity"] == release(minor).pins[name][version] == hashes.known(name, version)


@pytest.mark.parametrize("minor", minors())
def test_pins_are_good_and_not_denied(minor):
    for name, versions in release(minor).pins.items():
        assert role_of(name)
        for version, integrity in versions.items():
            assert hashes.verdict(name, version, integrity).judgement == "good"
            assert denied(name, version) is None


@pytest.mark.parametrize("minor", minors())
def test_a_pinned_version_is_the_newest_that_may_be_used(minor):
    for entry in entries(minor):
        if entry["package"].startswith("@"):
            name = npm_name(entry["package"])
            newest = max(release(minor).pins[name], key=lambda version: [int(part) for part in version.split(".")])
            assert npm_version(entry["package"]) == newest


@pytest.mark.parametrize("minor", minors())
def test_every_scope_of_another_registry_is_mapped(minor):
    scopes = {entry["package"].split("/")[0] for entry in entries(minor) if entry["package"].startswith("@")}
    wanted = dict.fromkeys(scopes & {"@redhat"}, "https://npm.registry.redhat.com")
    assert dict(release(minor).npm_scopes) == wanted


@pytest.mark.parametrize("minor", minors())
def test_the_data_index_url_stands_once_in_app_config(minor):
    assert all("orchestrator" not in (entry.get("pluginConfig") or {}) for entry in entries(minor))
    assert "sonataFlowService" not in release(minor).app_config
    namespace = release(minor).infrastructure_namespace
    assert namespace == ("sonataflow-infra" if number(minor) <= (1, 6) else None)
    host = "sonataflow-platform-data-index-service" + (f".{namespace}" if namespace else "")
    assert app_config(minor)["orchestrator"] == {"dataIndexService": {"url": f"http://{host}"}}


@pytest.mark.parametrize("minor", minors())
def test_app_config_holds_what_its_release_needs(minor):
    config = app_config(minor)
    assert config["backend"].get("csp") == (CSP if number(minor) <= (1, 8) else None)
    assert "cors" not in config["backend"]
    assert config["permission"] == {"rbac": {"pluginsWithPermission": ["orchestrator"]}}
    assert config["backend"]["database"] == {
        "client": "pg",
        "connection": {
            "host": "${POSTGRES_HOST}",
            "port": "${POSTGRES_PORT}",
            "user": "${POSTGRES_USER}",
            "password": "${POSTGRESQL_ADMIN_PASSWORD}",
        },
    }


@pytest.mark.parametrize("minor", minors())
def test_catalog_locations_are_the_templates_of_the_branch(minor):
    at, templates = number(minor), release(minor).templates
    if at == (1, 1):
        assert templates is None
        assert "catalog" not in app_config(minor)
        return
    assert templates.branch == (f"v{minor}.x" if at <= (1, 6) else "main")
    assert app_config(minor)["catalog"]["locations"] == [
        {"type": "url", "target": target, "rules": [{"allow": ["Template"]}]} for target in templates.targets
    ]
    families = {path.split("/")[1] for path in templates.paths}
    assert families == (
        {"basic-workflow", "complex-assessment-workflow"} if at <= (1, 3) else {"github-workflows", "gitlab-workflows"}
    )
    assert any("convert-workflow-to-template" in path for path in templates.paths) == (at >= (1, 5))


@pytest.mark.parametrize("minor", minors())
def test_switches_of_the_era(minor):
    at, known = number(minor), release(minor)
    assert known.max_entry_size == ("30000000" if minor in ("1.5", "1.6") else None)
    assert known.config_loader.dollar_keys_are_placeholders == (at <= (1, 6))
    assert known.config_loader.colon_in_keys == (at >= (1, 9))
    assert known.catalog_index_image == (f"quay.io/rhdh/plugin-catalog-index:{minor}" if at >= (1, 9) else None)
    logic = known.operators["logic"]
    assert (logic.package, logic.channel) == (
        ("logic-operator", "stable") if at >= (1, 9) else ("logic-operator-rhel8", "alpha")
    )


@pytest.mark.parametrize("row", matrix.combinations(), ids=lambda row: row.rhdh)
def test_a_release_agrees_with_the_compatibility_table(row):
    known = release(row.rhdh)
    assert known.openshift == row.openshift
    assert row.orchestrator.startswith(known.orchestrator)
    for version, operator in ((row.logic, "logic"), (row.serverless, "serverless")):
        assert version.split(".")[:2] == known.operators[operator].version.split(".")


@pytest.mark.parametrize("minor", minors())
def test_digests_cover_the_images_of_the_set(minor):
    inherited = [entry["package"] for entry in entries(minor) if entry["package"].endswith(":{{inherit}}")]
    for patch in range(data(minor)["newestPatch"] + 1):
        digests = release(f"{minor}.{patch}").digests
        assert all(role_of(f"oci://{image}@{digest}") for image, digest in digests.items())
        if digests:
            images = {package.removeprefix("oci://").removesuffix(":{{inherit}}") for package in inherited}
            assert images <= set(digests)
