"""The bounds of one text: what is too much is refused quickly, and never reaches a recursive parser."""

import subprocess
import sys
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.yamltext.reading import (
    DEPTH_LIMIT,
    EMBEDDED_LIMIT,
    FILE_LIMIT,
    NODE_LIMIT,
    Unreadable,
    compose,
    events,
    guard,
)
from installer.yamltext.values import Schema, construct

MIB = 1024 * 1024


def stairs(depth: int, step: str = "  ") -> str:
    return "".join(f"{step * level}k:\n" for level in range(depth))


def merges(levels: int) -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n  k{n}: 1" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def laughs(levels: int, fan: int = 9) -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * fan)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


REFUSED: dict[str, tuple[str, Callable[[], str]]] = {
    "above 4 MiB": ("yaml-too-large", lambda: "a: " + "x" * FILE_LIMIT),
    "above 4 MiB in UTF-8 only": ("yaml-too-large", lambda: "a: " + "ü" * (FILE_LIMIT // 2)),
    "one line of 5 MB": ("yaml-too-large", lambda: "x" * 5_000_000),
    "NUL": ("yaml-binary", lambda: "a: 1\nb: \0\n"),
    "a control character": ("yaml-syntax", lambda: "a: 1\nb: \x07\n"),
    "a lone surrogate": ("yaml-binary", lambda: "a: 1\nb: \ud83d\n"),
    "tab as indentation": ("yaml-syntax", lambda: "a:\n\tb: 1\n"),
    "cut off": ("yaml-syntax", lambda: 'a: "b'),
    "10,000 brackets": ("yaml-too-deep", lambda: "[" * 10_000),
    "10,000 braces": ("yaml-too-deep", lambda: "{a: " * 10_000),
    "10,000 braces in JSON": ("yaml-too-deep", lambda: '{"a":' * 10_000 + "1" + "}" * 10_000),
    "10,000 dashes": ("yaml-too-deep", lambda: "- " * 10_000 + "a"),
    "10,000 question marks": ("yaml-too-deep", lambda: "? " * 10_000 + "a"),
    "mixed marks": ("yaml-too-deep", lambda: "- ? " * 5_000 + "a"),
    "2,000 levels of keys": ("yaml-too-deep", lambda: stairs(2_000, " ")),
    "levels of keys in one column less": ("yaml-too-deep", lambda: stairs(65, " ")),
    "sequences without indentation": (
        "yaml-too-deep",
        lambda: "".join(f"{' ' * (2 * n)}k:\n{' ' * (2 * n)}-\n" for n in range(40)),
    ),
    "brackets below keys": ("yaml-too-deep", lambda: stairs(40, " ") + " " * 40 + "[" * 25 + "]" * 25),
    "levels behind carriage returns": (
        "yaml-too-deep",
        lambda: "\r".join(f"{' ' * n}k:" for n in range(70)),
    ),
    "levels behind line separators": (
        "yaml-too-deep",
        lambda: "\u2028".join(f"{' ' * n}k:" for n in range(70)),
    ),
    "200,001 nodes": ("yaml-too-many-nodes", lambda: "- a\n" * NODE_LIMIT),
    "200,001 flow nodes": ("yaml-too-many-nodes", lambda: "[" + "a," * NODE_LIMIT + "]"),
    "empty keys": ("yaml-too-many-nodes", lambda: "{" + "a," * (NODE_LIMIT // 2) + "}"),
    "billion laughs": ("yaml-alias-bomb", lambda: laughs(10)),
    "quadratic blow-up": (
        "yaml-alias-bomb",
        lambda: "a: &a [" + "x," * 2_000 + "]\nb: [" + "*a," * 2_000 + "]\n",
    ),
    "merge bomb": ("yaml-alias-bomb", lambda: merges(40)),
    "an anchor in itself": ("yaml-recursive", lambda: "a: &a\n  b: [*a]\n"),
    "a sequence in itself": ("yaml-recursive", lambda: "&a [*a]\n"),
    "a chain of aliases": (
        "yaml-too-deep",
        lambda: "\n".join(["a0: &a0 {k: 1}", *(f"a{n}: &a{n} {{k: *a{n - 1}}}" for n in range(1, 400))]),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, text = REFUSED[name]
    with pytest.raises(Unreadable) as caught:
        compose(text())
    assert caught.value.code == code
    assert caught.value.line >= 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param(stairs(DEPTH_LIMIT - 1) + "  " * (DEPTH_LIMIT - 1) + "a: 1\n", None, id="64 levels of keys"),
        pytest.param("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT, None, id="64 brackets"),
        pytest.param("a: '" + "[" * 500 + "'\n", {"a": "[" * 500}, id="brackets in a scalar"),
        pytest.param("a: b " + "- " * 300 + "b\n", {"a": "b " + "- " * 300 + "b"}, id="dashes in a scalar"),
        pytest.param("# " + "[" * 5_000 + "\na: 1\n", {"a": 1}, id="brackets in a comment"),
        pytest.param("a: |\n" + "".join(f"{' ' * n}x\n" for n in range(1, 200)), None, id="stairs in a block scalar"),
        pytest.param("a: 1 # é\n", {"a": 1}, id="beyond ASCII"),
        pytest.param(
            "a: ~\nb: !custom x\nc: !!python/object:os.system y\n", {"a": None, "b": "x", "c": "y"}, id="tags"
        ),
        pytest.param('{"a": "\\ud83d\\ude00", "b": "\\ud83d"}', {"a": "😀", "b": "\ufffd"}, id="surrogate escapes"),
        pytest.param('["\\\\ud83d", "\\uD83D\\uDE00!"]', ["\\ud83d", "😀!"], id="escaped backslash"),
    ],
)
def test_read(text: str, value: object) -> None:
    (node,) = compose(text)
    if value is not None:
        assert construct(node, Schema.CORE) == value


def test_a_merge_key_is_read_once_per_mapping() -> None:
    """13 levels of a doubled merge key; each mapping is made once, so the work does not double with every level."""
    (node,) = compose(merges(13))
    value = construct(node, Schema.KUBERNETES)
    assert value["a12"] == {"x": 1, **{f"k{n}": 1 for n in range(1, 13)}}


def test_marks_count_the_original_where_surrogates_were_escaped() -> None:
    text = '{"a": "\\ud83d\\ude00", "b": 1}'
    (node,) = compose(text)
    assert node is not None
    key, value = node.value[1]
    assert text[key.start_mark.index : value.end_mark.index] == '"b": 1'


def test_an_embedded_text_is_bounded_by_its_own_limit() -> None:
    guard("a" * EMBEDDED_LIMIT, limit=EMBEDDED_LIMIT)
    with pytest.raises(Unreadable, match="1 MiB"):
        guard("a" * (EMBEDDED_LIMIT + 1), limit=EMBEDDED_LIMIT)


def test_places_count_from_one() -> None:
    with pytest.raises(Unreadable) as caught:
        compose("a: 1\nb: [\n")
    assert (caught.value.line, caught.value.column) == (3, 1)


BLANKS = ("", " ", "  ", "   ", " " * 7, " " * 20)
MARKS = (
    "[a]", "[a: 'b', ", '{a: "]", ', "'[', ", 'a"b, ', '"', "'", "#[", "{b}", ", ", "- ", "? ", ": ", "-\n",
    "- &a ", "[", "{", "k: ", "\ufeff", "-\t",
)  # fmt: skip
WORDS = ("k:", "a", "", "]", "}", "k: v", "[", "- a")
ENDS = ("\n", "\r\n", "\r", "\u2028", "\x85", "\n---\n")


def line(seed: int) -> str:
    """A line of up to six marks; hypothesis chooses lines, for each of these tokens would cost more than the test."""
    dice = Random(seed)  # noqa: S311
    return "".join(
        [dice.choice(BLANKS), *dice.choices(MARKS, k=dice.randrange(7)), dice.choice(WORDS), dice.choice(ENDS)]
    )


HEADS = st.lists(st.integers(0, 2**32).map(line), max_size=30).map("".join)


@given(HEADS)
@settings(max_examples=8 * settings.default.max_examples)
def test_the_cheap_bound_of_the_depth_never_errs(text: str) -> None:
    """What `guard` lets pass without counting is never deeper than the limit; here it is scaled down."""
    from installer.yamltext import reading  # noqa: PLC0415

    bound = reading.depth_bound(text)
    depth = deepest = 0
    try:
        for event in events(text):
            name = type(event).__name__
            depth += {
                "MappingStartEvent": 1,
                "SequenceStartEvent": 1,
                "MappingEndEvent": -1,
                "SequenceEndEvent": -1,
            }.get(name, 0)
            deepest = max(deepest, depth)
    except Unreadable:
        pass
    assert deepest <= bound


def test_deep_texts_end_no_process() -> None:
    """A stack overflow in libyaml's composer would end Python without a word; so every shape runs in a child."""
    program = """
import sys
from installer.yamltext.reading import Unreadable, compose
for text in ("[", "{a: ", "- ", "? ", "- ? ", "-\\t", "? [", '{"a":[', "- - {b: ", "&a [", "!t {k: ",
             '[a"b, "x]", ', "['', '[', "):
    for text in (text * 100_000, text.rstrip() + " " * 3 + text * 100_000, "k:\\n" + " - " + text * 100_000):
        try:
            compose(text)
        except Unreadable:
            continue
        sys.exit(repr(text[:40]))
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
