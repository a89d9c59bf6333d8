"""Expressions that are compiled late answer as those that are compiled at once."""

import re
import subprocess
import sys
from contextlib import suppress
from importlib import import_module

import pytest

from installer.model.late_pattern import late_pattern, late_patterns

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


LIBRARIES = """
import sys
from contextlib import nullcontext
from installer.model.late_pattern import late_patterns
with late_patterns() if sys.argv[1] == "late" else nullcontext():
    import yaml
    from semver import Version
text = "a: [1, 0x1F, 1e3, .5, yes, ~, 2026-01-31, 2026-01-31T12:00:00Z, 1:30]"
print(yaml.load(text, yaml.CSafeLoader), yaml.safe_load(text), Version.parse("1.2.3-rc.1+b").bump_prerelease())
try:
    yaml.safe_load("a: \\x07")
except yaml.YAMLError as error:
    print(error)
"""


def test_libraries_are_the_same_with_late_ones() -> None:
    said = [
        subprocess.run([sys.executable, "-c", LIBRARIES, how], check=True, capture_output=True, text=True).stdout
        for how in ("late", "now")
    ]
    assert said[0] == said[1]
    assert "datetime.date(2026, 1, 31)" in said[0]
    assert "special characters are not allowed" in said[0]


def test_expressions_are_compiled_again_after_a_library() -> None:
    with late_patterns():
        assert not isinstance(re.compile("a"), re.Pattern)
    with suppress(ImportError), late_patterns():
        import_module("no_such_library")
    assert isinstance(re.compile("a"), re.Pattern)
