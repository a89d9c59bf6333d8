"""The packages of the operators are those that the releases name, oldest first."""

import pytest

from installer.knowledge.packages import ours
from installer.knowledge.releases import minors, release


@pytest.mark.parametrize("role", ["serverless", "logic"])
def test_packages_are_those_of_the_releases(role):
    needed = [release(minor).operators for minor in minors()]
    assert ours(role) == tuple(dict.fromkeys(one[role].package for one in needed if role in one))
    assert set(ours(role)) <= set(ours())
