"""Texts of scalars are exchanged and nothing around them; what cannot be is left to others."""

import pytest

from installer.yamltext.splices import spliced
from installer.yamltext.tokens import exchanged, sorted_by_place
from installer.yamltext.values import Schema

PATH = ("plugins", 0, "package")
DONE = [
    ("plugins:\n- package: old # old\n", "plugins:\n- package: new # old\n"),
    ("plugins:\n- {package: 'old', old: old}\n", "plugins:\n- {package: 'new', old: old}\n"),
    ("plugins:\n- package: !!str &old old\n", "plugins:\n- package: !!str &old new\n"),
    ("plugins:\n- package: >-\n    old\n  x: 1\n", "plugins:\n- package: >-\n    new\n  x: 1\n"),
    ("plugins:\n- package: |-\n    old", "plugins:\n- package: |-\n    new"),
    ('{"plugins":[{"package":"old"}]}', '{"plugins":[{"package":"new"}]}'),
    ("plugins:\r\n- package: old\r\n", "plugins:\r\n- package: new\r\n"),
    ("plugins:\n- &e\n  package: old\n", "plugins:\n- &e\n  package: new\n"),
]
LEFT = [
    "plugins: []\n",
    "",
    "x: &a old\nplugins:\n- package: *a\n",
    "plugins:\n- package: &a old\n  x: *a\n",
    "x: &b {package: old}\nplugins:\n- <<: *b\n",
    "plugins:\n- &e {package: old}\n- *e\n",
    'plugins:\n- package: "\\u006fld"\n',
    "plugins:\n- package: [old]\n",
    "plugins:\n- package: ''\n",
]


def after(text, new="new"):
    found = exchanged(text, {PATH: new}, Schema.KUBERNETES)
    return spliced(text, sorted_by_place(found)) if found else None


@pytest.mark.parametrize(("text", "wanted"), DONE)
def test_exchanged(text, wanted):
    assert after(text) == wanted


@pytest.mark.parametrize("text", LEFT)
def test_left_to_others(text):
    assert after(text) is None


@pytest.mark.parametrize("new", ["a: b", "x # y", "12", "", "*a"])
def test_what_would_mean_something_else_is_not_written(new):
    assert after("plugins:\n- package: old\n", new) is None
