"""The order of versions is the one of the `semver` package."""

from functools import cmp_to_key
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some
from semver import Version

from installer.registries.versions import descending, precedence

NUMBERS = some.integers(0, 3) | some.sampled_from([10, 2**53 - 1])
PARTS = some.sampled_from(["0", "1", "2", "10", "alpha", "beta", "alpha-1", "a", "A", "Z", "-", "1a", "x"])
VERSIONS = some.builds(
    Version,
    NUMBERS,
    NUMBERS,
    NUMBERS,
    some.lists(PARTS, max_size=4).map(".".join) | some.none(),
    some.sampled_from([None, "1", "b.2"]),
)


@given(some.lists(VERSIONS, max_size=30))
def test_in_the_order_of_semver(versions):
    assert sorted(versions, key=precedence) == sorted(versions, key=cmp_to_key(Version.compare))
    found = descending((str(one), one) for one in versions)
    assert all(above[1].compare(below[1]) >= 0 for above, below in pairwise(found))
    assert found == descending(reversed(found))
