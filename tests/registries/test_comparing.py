"""When a planned hash is the published one, as a table; versions that pin and those that do not."""

import re
from pathlib import Path

import pytest

from installer.registries.comparing import compare
from installer.registries.npm import Published
from installer.registries.versions import exact, newest
from tests.tables import table

CASES = table(Path(__file__).parent / "comparing.yaml")
LENGTHS = {"sha512": 86, "sha384": 64, "sha256": 43}
PADDING = {"sha512": "==", "sha384": "", "sha256": "="}


def spelled(text):
    def long(match):
        algorithm, letter, loose = match.groups()
        body = letter * (LENGTHS[algorithm] - 1) + ("B" if loose else "A")
        return f"{algorithm}-{body}{PADDING[algorithm]}"

    return re.sub(r"(sha\d{3})-([ABC])(~?)(?![A-Za-z])", long, text)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_comparing(case):
    given = case.get("integrity")
    published = Published(spelled(given) if given else None, case.get("shasum"), None, None)
    if "reason" in case:
        with pytest.raises(LookupError) as error:
            compare(spelled(case["planned"]), published)
        assert str(error.value) == case["reason"]
        return
    found = compare(spelled(case["planned"]), published)
    assert found == (None if case.get("same") else spelled(case["expected"]))


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.2.3", "1.2.3"), ("v1.2.3", "1.2.3"), ("=1.2.3", "1.2.3"), ("1.2.3-rc.1", "1.2.3-rc.1"),
        ("1.2.3+build", "1.2.3"), ("^1.2.3", None), ("~1.2.3", None), ("1.2", None), ("1.x", None), ("latest", None),
        ("", None), (None, None), (">=1.0.0 <2", None), ("01.2.3", None),
    ],
)  # fmt: skip
def test_versions_that_pin(text, version):
    assert exact(text) == version


def test_the_highest_versions():
    assert newest(["1.9.0", "1.10.0", "1.10.0-rc.1", "nonsense", "0.1.0"], 3) == ["1.10.0", "1.10.0-rc.1", "1.9.0"]
