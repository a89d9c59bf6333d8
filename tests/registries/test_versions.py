"""The order of versions is the one of the `semver` package."""

from functools import cmp_to_key
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some
from semver import Version

from installer.registries.versions import Version as Ours
from installer.registries.versions import descending, parse, precedence

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
    found = list(descending(map(str, versions)))
    assert sorted(text for text, _ in found) == sorted(map(str, versions))
    assert all(text == str(version) for text, version in found)
    assert all(Version.parse(text).to_tuple() == parts(version) for text, version in found)
    assert all(version.without_build == str(Version.parse(text).replace(build=None)) for text, version in found)
    assert all(Version.parse(above).compare(below) >= 0 for (above, _), (below, _) in pairwise(found))
    assert found == list(descending(text for text, _ in reversed(found)))


def parts(version):
    return version.major, version.minor, version.patch, version.prerelease, version.build


def test_what_is_no_version_does_not_exist():
    odd = ["", "1", "1.0", "01.0.0", "1.0.0.0", "v1.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0\n", "٣.0.0", "9" * 17]
    odd += [f"{2**53}.0.0", f"{'9' * 400}.0.0", f"1.0.0-{'a' * 300}"]
    assert list(descending([*odd, "1.0.0"])) == [("1.0.0", Ours(1, 0, 0))]
    assert all(parse(one) is None for one in odd)
