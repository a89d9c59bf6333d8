"""Results become JSON data, whatever YAML put into them."""

import json
from enum import StrEnum
from types import MappingProxyType

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from installer.cli.envelope import plain


class Colour(StrEnum):
    RED = "red"


class Quoted(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (float("nan"), None),
        (float("-inf"), None),
        (1.5, 1.5),
        (2**70, 2**70),
        (-(2**1024), None),
        (True, True),
        (Colour.RED, "red"),
        (("a", ["b"]), ["a", ["b"]]),
        (frozenset({"b", "a"}), ["a", "b"]),
        (MappingProxyType({True: 1, None: 2, 3: 4, "x": {}}), {"true": 1, "null": 2, "3": 4, "x": {}}),
        (Quoted("x"), "x"),
    ],
)
def test_plain(value, wanted):
    found = plain(value)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize("value", [object(), b"x", {"a": [1j]}])
def test_what_is_no_data_is_refused(value):
    with pytest.raises(TypeError, match="no JSON data"):
        plain(value)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"]))
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(DATA)
def test_both_formats_say_the_same(value):
    found = plain(value)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert plain(found) == found
    assert yaml.safe_dump(found)
