"""Expressions that are compiled late answer as those that are compiled at once."""

import re

import pytest

from installer.model.late_pattern import late_pattern

TEXT, FLAGS = r"(?P<word>[a-z]+)-(\d*)", re.IGNORECASE


@pytest.mark.parametrize(
    "ask",
    [
        lambda one: one.match("Ab-1 c-2").groupdict(),
        lambda one: one.fullmatch("Ab-1 c-2"),
        lambda one: one.search(" Ab-1", 1).span(),
        lambda one: one.sub(r"<\2>", "Ab-1 c-2", count=1),
        lambda one: one.subn("", "Ab-1 c-2"),
        lambda one: one.split("x Ab-1 y"),
        lambda one: one.findall("Ab-1 c-2"),
        lambda one: [found[0] for found in one.finditer("Ab-1 c-2")],
        lambda one: (one.pattern, one.flags),
    ],
)
def test_the_same_answers(ask):
    late = late_pattern(TEXT, FLAGS)
    assert ask(late) == ask(late) == ask(re.compile(TEXT, FLAGS))


def test_nothing_is_compiled_before_it_is_used():
    late = late_pattern("(")
    with pytest.raises(re.error):
        late.match("")


def test_what_is_late_already_stays():
    late = late_pattern(TEXT)
    assert late_pattern(late) is late
    assert not hasattr(late, "anything")
