"""The pluginConfig of a release: under the keys and with the modules that its frontend looks for."""

import pytest
import yaml

from installer.knowledge.aliases import role, role_of, role_of_frontend_key
from installer.knowledge.releases import minors, release


def number(minor):
    return tuple(int(part) for part in minor.split("."))


def entries(minor):
    return yaml.safe_load(release(minor).dynamic_plugins)["plugins"]


def frontend(configuration):
    return (configuration or {}).get("dynamicPlugins", {}).get("frontend", {})


def modules(value):
    match value:
        case dict():
            own = {value["module"]} if "module" in value else {None} if "importName" in value else set()
            return own.union(*(modules(child) for key, child in value.items() if key != "menuItem"))
        case list():
            return set().union(*(modules(child) for child in value))
        case _:
            return set()


def configurations(minor):
    """Role to pluginConfig: the entry's own, or what it gets where nothing is inherited."""
    own = {role_of(entry["package"]): entry.get("pluginConfig") for entry in entries(minor)}
    return {name: own[name] or release(minor).pinned_plugin_config.get(name) for name in own}


@pytest.mark.parametrize("minor", minors())
def test_a_frontend_plugin_is_configured_under_its_own_key(minor):
    for name, configuration in configurations(minor).items():
        keys = list(frontend(configuration))
        if role(name).side == "frontend":
            assert [role_of_frontend_key(key) for key in keys] == [name]
        else:
            assert keys == []


@pytest.mark.parametrize("minor", minors())
def test_the_frontend_follows_its_era(minor):
    at = number(minor)
    [(key, value)] = frontend(configurations(minor)["orchestrator"]).items()
    scope = "janus-idp" if at <= (1, 3) else "red-hat-developer-hub"
    assert key == f"{scope}.backstage-plugin-orchestrator"
    assert modules(value) == {"OrchestratorPlugin" if at <= (1, 5) else "Legacy" if at >= (2, 0) else None}
    assert value["dynamicRoutes"][0]["path"] == "/orchestrator"
    assert ("entityTabs" in value) == ("mountPoints" in value) == (at >= (1, 7))
    assert ("textKey" in value["dynamicRoutes"][0]["menuItem"]) == (at >= (1, 8))
    assert ("translationResources" in value) == (at >= (1, 9))
    if at >= (1, 7):
        [condition] = value["mountPoints"][0]["config"]["if"]["anyOf"]
        wanted = {"hasAnnotation": "orchestrator.io/workflows"}
        assert condition == (wanted if at >= (2, 0) else "IsOrchestratorCatalogTabAvailable")
    if at >= (1, 6):
        [widgets] = frontend(configurations(minor)["orchestrator-form-widgets"]).values()
        assert widgets == ({"pluginModule": "Legacy"} if at >= (2, 0) else {})


@pytest.mark.parametrize("minor", minors())
def test_what_is_inherited_is_not_written_out(minor):
    own = [entry for entry in entries(minor) if "pluginConfig" in entry]
    assert bool(own) == (number(minor) < (1, 9)) == (not release(minor).pinned_plugin_config)
