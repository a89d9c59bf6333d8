"""Holds the folders against RHDH's own default files, where somebody has put them beside the checkout."""

from pathlib import Path

import pytest
import yaml

from installer.knowledge.aliases import role_of
from installer.knowledge.releases import minors, release
from tests.tables import table

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"


def defaults(minor):
    path = SAMPLES / f"rhdh-{minor}" / "dynamic-plugins.default.yaml"
    if not path.is_file():
        pytest.skip(f"no default file of RHDH {minor} beside the checkout")
    return {entry["package"]: entry for entry in table(path)["plugins"]}


@pytest.mark.parametrize("minor", minors())
def test_bundled_plugins_are_bundled_and_configured_alike(minor):
    theirs = defaults(minor)
    for entry in yaml.safe_load(release(minor).dynamic_plugins)["plugins"]:
        if entry["package"].startswith("./"):
            default = theirs[entry["package"]]
            assert entry.get("pluginConfig", default.get("pluginConfig")) == default.get("pluginConfig")
            pinned = release(minor).pinned_plugin_config.get(role_of(entry["package"]))
            assert pinned in (None, default.get("pluginConfig"))


@pytest.mark.parametrize("minor", minors())
def test_inherited_images_are_listed_with_a_known_digest(minor):
    theirs = {package.partition("@")[0]: package.partition("@")[2] for package in defaults(minor)}
    for entry in yaml.safe_load(release(minor).dynamic_plugins)["plugins"]:
        image = entry["package"].removesuffix(":{{inherit}}")
        if image != entry["package"]:
            assert theirs[image] in release(minor).minor_digests[image.removeprefix("oci://")]


@pytest.mark.parametrize("minor", minors())
def test_their_hashes_are_among_our_pins(minor):
    for package, entry in defaults(minor).items():
        if package.startswith("@redhat/") and role_of(package):
            name, _, version = package.rpartition("@")
            assert release(minor).pins[name][version] == entry["integrity"]
