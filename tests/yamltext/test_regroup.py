"""Pasted fragments: a second `plugins:` or `app:` joins the first; `app.backend` moves to the root."""

import pytest

from installer.yamltext.patch import Refused
from installer.yamltext.regroup import Disagreement, joined, raised
from installer.yamltext.values import Schema

JOINED = {
    "two lists": (
        "plugins:\n  - a # x\n  # y\nincludes: [d]\nplugins: # z\n- b # q\n",
        "plugins:\n  - a # x\n  # y\n  - b # q\nincludes: [d]\n# z\n",
    ),
    "adjacent lists": ("plugins:\n  - a\nplugins:\n  - b\n", "plugins:\n  - a\n  - b\n"),
    "an open end": ("plugins:\n  - a\nplugins:\n  - b", "plugins:\n  - a\n  - b"),
    "an empty second": ("plugins:\n  - a\nplugins: # z\n", "plugins:\n  - a\n# z\n"),
    "an empty first": ("plugins: [] # z\nplugins:\n  - a\n", "# z\nplugins:\n  - a\n"),
    "three": ("plugins:\n- a\nplugins:\n- b\nplugins:\n- c\n", "plugins:\n- a\n- b\n- c\n"),
    "flow first": ("plugins: [a]\nplugins:\n  - b # c\n", "plugins: [a, b]\n# c\n"),
    "flow second": ("plugins:\n  - a\nplugins: [b] # c\n", "plugins:\n  - a\n  - b\n# c\n"),
    "equal lists": ("plugins: [a]\nplugins: [a]\n", "plugins: [a, a]\n"),
    "mappings": (
        "plugins:\n  a:\n    b: 1\nplugins:\n    a:\n        c: 2 # x\n    d: |\n        text\n",
        "plugins:\n  a:\n    b: 1\n    c: 2 # x\n  d: |\n      text\n",
    ),
    "carriage returns": ("plugins:\r\n- a\r\nplugins:\r\n- b\r\n", "plugins:\r\n- a\r\n- b\r\n"),
    "one only": ("plugins:\n- a\n", "plugins:\n- a\n"),
}
RAISED = {
    "alone": ("app:\n  title: t\n  backend: # x\n    a: 1\n", "app:\n  title: t\nbackend: # x\n  a: 1\n"),
    "the only key": ("app: # x\n  backend:\n    a: 1\nz: 1\n", "# x\nz: 1\nbackend:\n  a: 1\n"),
    "into another": (
        "app:\n  title: t\n  backend:\n    a: 1 # x\nbackend:\n  b: 2\n",
        "app:\n  title: t\nbackend:\n  b: 2\n  a: 1 # x\n",
    ),
    "nothing to do": ("app:\n  title: t\n", "app:\n  title: t\n"),
}


@pytest.mark.parametrize("name", JOINED)
def test_joined(name: str) -> None:
    before, after = JOINED[name]
    assert joined(before, "plugins", Schema.KUBERNETES) == after


@pytest.mark.parametrize("name", RAISED)
def test_raised(name: str) -> None:
    before, after = RAISED[name]
    assert raised(before, "app", "backend", Schema.CORE) == after


def test_two_values_disagree() -> None:
    with pytest.raises(Disagreement) as caught:
        joined("app:\n  a: 1\napp:\n  a: 2\n", "app", Schema.CORE)
    assert caught.value.path == "app.a"
    assert caught.value.first < caught.value.second


@pytest.mark.parametrize("text", ["- a\n", "", "{plugins: [a], plugins: [b]}\n", "plugins: []\n---\nplugins: []\n"])
def test_other_roots_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        joined(text, "plugins", Schema.CORE)
