"""What log lines mean."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.knowledge import reading
from installer.knowledge.messages import translate

MESSAGES = reading.shared("messages")["messages"]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["example"][:40])
def test_a_pattern_is_the_first_to_fit_its_example(message):
    first = next(item for item in MESSAGES if re.search(item["pattern"], message["example"]))
    assert first is message
    cause, fix = translate(message["example"])
    assert cause
    assert fix
    assert "None" not in cause + fix
    names = re.search(message["pattern"], message["example"]).groupdict()
    for name in re.findall(r"(?<!\{)\{(\w+)\}(?!\})", message["cause"] + message["fix"]):
        assert names[name] in cause + fix


def test_names_of_the_line_stand_in_the_meaning():
    cause, _ = translate("Config key 'dataIndexService.url' defined differently for 2 dynamic plugins")
    assert "dataIndexService.url" in cause
    cause, fix = translate("  File my-defaults.yaml does not exist")
    assert "my-defaults.yaml" in cause
    assert "dynamic-plugins.default.yaml" in fix


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("No integrity hash provided for Package @s/x@1.0.0", "@s/x@1.0.0"),
        (
            "No integrity hash provided for Package @s/x@1.0.0. This is an insecure installation. To ignore",
            "@s/x@1.0.0",
        ),
        ("Duplicate plugin configuration for ./dynamic-plugins/dist/x found in dynamic-plugins.yaml.", "./dynamic-"),
    ],
)
def test_a_package_is_named_without_the_sentence_around_it(line, package):
    cause, _ = translate(line)
    assert cause.split()[0].startswith(package)
    assert not cause.split()[0].endswith(".")


@pytest.mark.parametrize("line", ["", "======= Installing dynamic plugin @s/x", "Server started on port 7007"])
def test_an_ordinary_line_means_nothing(line):
    assert translate(line) is None


@given(st.text())
def test_no_line_is_too_strange(line):
    meaning = translate(line)
    assert meaning is None or all(meaning)
