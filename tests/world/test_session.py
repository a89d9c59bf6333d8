"""The session that README.md shows is what happens."""

import pytest

from tests.world.session import record, recorded


@pytest.mark.always
def test_readme_shows_what_happens():
    # Two operators may be approved in either order.
    assert sorted(record().splitlines()) == sorted(recorded().splitlines()), "scripts/session --update records it anew"
