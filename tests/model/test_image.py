"""References to images, taken apart: the table of images.yaml."""

from pathlib import Path

import pytest

from installer.model.image import image
from tests.tables import table

TABLE = table(Path(__file__).with_name("images.yaml"))


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_parts(row):
    reference, host, repository, tag, digest, version, floating = row
    found = image(reference)
    assert (found.host, found.repository, found.tag, found.digest) == (host, repository, tag, digest)
    assert (found.version, found.is_floating, found.is_pinned) == (version, floating, bool(digest))


def test_the_name_is_as_it_is_written():
    assert image("oci://acme/plugins:1!one").name == "acme/plugins"
    assert image("oci://acme/plugins:1!one").path == "one"
