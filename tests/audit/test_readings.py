"""Tags, addresses, versions and variables taken apart: the tables of readings.yaml."""

from pathlib import Path

import pytest

from installer.audit.addresses import address
from installer.audit.images import minor_of_tag
from installer.audit.variables import names_in
from installer.audit.versions import minor, triple
from tests.tables import table

TABLES = table(Path(__file__).with_name("readings.yaml"))


@pytest.mark.parametrize(("tag", "numbers"), TABLES["tags"])
def test_tag(tag, numbers):
    assert minor_of_tag(tag) == (tuple(numbers) if numbers else None)


@pytest.mark.parametrize(("url", "host", "name", "namespace", "port"), TABLES["addresses"])
def test_address(url, host, name, namespace, port):
    found = address(url)
    assert (found.host, found.name, found.namespace, found.port) == (host, name, namespace, port)


@pytest.mark.parametrize("text", ["", "http://", "http://[broken", "http://host:port"])
def test_no_address(text):
    assert address(text) is None


@pytest.mark.parametrize(("version", "numbers"), TABLES["versions"])
def test_version(version, numbers):
    assert triple(version) == (tuple(numbers) if numbers else None)
    assert minor(version) == (tuple(numbers[:2]) if numbers else None)


@pytest.mark.parametrize(("text", "names"), TABLES["variables"])
def test_variables(text, names):
    assert list(names_in(text)) == names
