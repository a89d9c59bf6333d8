"""Versions as they are written, and words that are names."""

import gc
from pathlib import Path

import pytest

from installer.directory.read import read
from installer.instance.manifests import UnreadableFile
from installer.instance.version import of_catalog_index, of_chart, of_image
from installer.yamltext.reading import Unreadable


@pytest.mark.parametrize(
    ("image", "number"),
    [
        ("quay.io/rhdh/rhdh-hub-rhel9:1.6", "1.6"),
        ("quay.io/rhdh/rhdh-hub-rhel9:1.6.1-1745512345", "1.6.1"),
        ("quay.io/rhdh/rhdh-hub-rhel9:v1.8.3", "1.8.3"),
        ("registry.example.com:5000/mirror/rhdh-hub-rhel9:1.10@sha256:00", "1.10"),
        ("quay.io/rhdh-community/rhdh:2.0", "2.0"),
        ("quay.io/janus-idp/backstage-showcase:1.2", "1.2"),
        ("quay.io/rhdh/rhdh-hub-rhel9:next", None),
        ("quay.io/rhdh/rhdh-hub-rhel9:1.60x", None),
        ("quay.io/rhdh/rhdh-hub-rhel9", None),
        ("rhdh.example.com:5000/portal", None),
        ("quay.io/acme/portal:1.6", None),
        ("", None),
    ],
)
def test_image(image: str, number: str | None) -> None:
    found = of_image(image)
    assert (found and found.number) == number


@pytest.mark.parametrize(
    ("chart", "number"),
    [
        ("3.2.7", "1.6"),
        ("~4.5", "1.8"),
        ("^5.0.1", "1.9"),
        ("5.12.*", "1.10"),
        ("1.8.3", "1.8.3"),
        ("1.8.x", "1.8"),
        (">=1.5.0", None),
        ("release-1.8", "1.8"),
        ("redhat-developer-hub-4.4.7", "1.7"),
        ("7.0.1", "2.0"),
        ("2.1.0", "2.1.0"),
        ("2.15.0", None),
        ("main", None),
        ("*", None),
        ("", None),
    ],
)
def test_chart(chart: str, number: str | None) -> None:
    found = of_chart(chart)
    assert (found and found.number) == number


def test_catalog_index() -> None:
    found = of_catalog_index("quay.io/rhdh/plugin-catalog-index:1.9")
    assert found is not None
    assert (found.number, found.source) == ("1.9", "catalog index tag")
    assert of_catalog_index("quay.io/rhdh/plugin-catalog-index@sha256:00") is None


@pytest.mark.parametrize("text", ["name: hub\n", "name: 'hub'", "hub", "name: hub.", "a/hub:"])
def test_mentions_a_name(text: str) -> None:
    assert UnreadableFile("a.yaml", Unreadable("x", "x"), text).mentions("hub")


@pytest.mark.parametrize("text", ["name: my-hub", "name: hub-2", "name: hub.v2", "name: hubs", "name: HUB", ""])
def test_mentions_only_longer_names(text: str) -> None:
    assert not UnreadableFile("a.yaml", Unreadable("x", "x"), text).mentions("hub")


def test_garbage_is_collected_again_after_reading(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n")
    read(str(tmp_path))
    assert gc.isenabled()
