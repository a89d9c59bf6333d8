"""Where values come from, what they hid, and what cannot be known; and that nothing endless is tried."""

from collections.abc import Mapping

import pytest
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.appconfig.simulate import (
    ALL,
    Effective,
    Environment,
    Found,
    Layer,
    Origin,
    Switches,
    lookup,
    simulate,
)
from installer.yamltext.javascript import load
from installer.yamltext.reading import DEPTH_LIMIT, NODE_LIMIT, Unreadable, compose
from tests.appconfig.strategies import CONFIGS


def run(
    *texts: str | None, environment: Environment | None = None, files: Mapping[str, str] | None = None
) -> Effective:
    layers = [Layer(f"conf/{index}.yaml", text) for index, text in enumerate(texts)]
    return simulate(layers, environment or Environment(), dict(files or {}).get, Switches())


def found(effective: Effective, path: str) -> Found:
    result = lookup(effective, path)
    assert result is not None
    return result


def test_the_winner_first_then_what_it_hid() -> None:
    effective = run("a:\n  b: 1\n", "a:\n\n  b: 2 # two\n", environment=Environment({"APP_CONFIG_a_b": "3"}))
    assert effective.value == {"a": {"b": 3}}
    assert effective.origins[("a", "b")] == (
        Origin("env APP_CONFIG_a_b", 1, 1),
        Origin("conf/1.yaml", 3, 6),
        Origin("conf/0.yaml", 2, 6),
    )


@pytest.mark.parametrize(
    ("lower", "upper", "path", "hidden"),
    [
        ("a: 1\n", "a: {b: 2}\n", "a.b", Origin("conf/0.yaml", 1, 4)),
        ("a:\n  b: 1\n", "a: 2\n", "a", Origin("conf/0.yaml", 1, 1)),
        ("x: 1\na: [1, 2]\n", "a: [3]\n", "a", Origin("conf/0.yaml", 2, 1)),
        ("a: [1, 2]\n", "a: [3]\n", "a[0]", Origin("conf/0.yaml", 1, 1)),
        ("a: ~\n", "a: 1\n", "a", Origin("conf/0.yaml", 1, 4)),
    ],
)
def test_what_is_hidden_by_another_kind(lower: str, upper: str, path: str, hidden: Origin) -> None:
    assert found(run(lower, upper), path).overrides == (hidden,)


def test_an_unset_variable_hides_nothing() -> None:
    effective = run("a: 1\n", "a: ${MISSING}\n")
    assert effective.origins == {("a",): (Origin("conf/0.yaml", 1, 4),)}


def test_array_elements_keep_their_lines_when_others_are_dropped() -> None:
    effective = run("a:\n  - ${MISSING}\n  - x: 1\n")
    assert effective.value == {"a": [{"x": 1}]}
    assert effective.origins[("a", 0, "x")] == (Origin("conf/0.yaml", 3, 8),)


def test_included_values_come_from_the_included_file() -> None:
    files = {"conf/sub/i.yaml": "top:\n  b:\n    c: 1\n  d: {$file: f.txt}\n", "conf/sub/f.txt": "text\n"}
    effective = run("a:\n  $include: sub/i.yaml#top\n", files=files)
    assert effective.value == {"a": {"b": {"c": 1}, "d": "text"}}
    assert effective.origins[("a", "b", "c")] == (Origin("conf/sub/i.yaml", 3, 8),)
    assert effective.origins[("a", "d")] == (Origin("conf/sub/i.yaml", 4, 14),)


def test_included_json_has_places_too() -> None:
    effective = run("a: {$include: i.json}\n", files={"conf/i.json": '{\n  "b": [\n    1\n  ]\n}\n'})
    assert effective.origins[("a", "b", 0)] == (Origin("conf/i.json", 3, 5),)


def test_an_alias_stands_where_it_is_written_and_its_members_where_the_anchor_is() -> None:
    effective = run("a: &x\n  b: 1\nc: *x\nd: &y 2\ne: *y\n")
    assert effective.origins[("c", "b")] == (Origin("conf/0.yaml", 2, 6),)
    assert effective.origins[("e",)] == (Origin("conf/0.yaml", 5, 4),)


def test_columns_count_characters() -> None:
    effective = run("\ufeff{'😀': 1, b: '😀', c: 2}\n")
    assert effective.origins[("c",)] == (Origin("conf/0.yaml", 1, 21),)


UNKNOWN = Environment({"KNOWN": "k"}, frozenset({"SECRET", "APP_CONFIG_b_c"}))


def test_what_cannot_be_known_stays_as_written() -> None:
    effective = run(
        "a: x-${KNOWN}-${SECRET}\nb: {c: 1}\nd: ${SECRET:-no}\ne: {$env: SECRET}\nf: $${SECRET}\ng: ${KNOWN}\n",
        environment=UNKNOWN,
    )
    assert effective.value == {
        "b": {"c": "${APP_CONFIG_b_c}"},
        "a": "x-${KNOWN}-${SECRET}",
        "d": "${SECRET:-no}",
        "e": {"$env": "SECRET"},
        "f": "${SECRET}",
        "g": "k",
    }
    assert effective.unresolved == ("APP_CONFIG_b_c", "SECRET")


def test_a_variable_that_is_not_set_drops_the_value_whatever_the_others_are() -> None:
    effective = run("a: ${MISSING}${SECRET}\nb: 1\n", environment=Environment({}, frozenset({"SECRET"})))
    assert (effective.value, effective.unresolved) == ({"b": 1}, ())


def test_every_name_may_be_set() -> None:
    effective = run("a: ${ANY}\nb: ${KNOWN}\nc: {$file: '${ANY}.txt'}\n", environment=Environment({"KNOWN": "k"}, ALL))
    assert effective.value == {"a": "${ANY}", "b": "k", "c": {"$file": "${ANY}.txt"}}
    assert effective.unresolved == ("ANY",)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b", [{"c": 1}]),
        ("a.b[0].c", 1),
        ("a.b.0.c", 1),
        ("dot.ted", 2),
        ("dot.ted.x", None),
        ("a.b[1]", None),
        ("nope", None),
    ],
)
def test_lookup(path: str, value: object) -> None:
    result = lookup(run("a: {b: [{c: 1}]}\ndot.ted: 2\n"), path)
    assert (result and result.value) == value


def test_a_map_is_found_with_the_origins_of_its_members() -> None:
    result = found(run("a: {b: 1, c: 2}\n", "a:\n  c: 3\n"), "a")
    assert result.origins == (Origin("conf/1.yaml", 2, 6), Origin("conf/0.yaml", 1, 8))
    assert result.overrides == (Origin("conf/0.yaml", 1, 14),)


def test_the_failure_names_file_and_line() -> None:
    failure = run("a: 1\n", "x: 1\nb:\n  - c: {$env: 1}\n").failure
    assert failure is not None
    assert (failure.file, failure.line) == ("conf/1.yaml", 3)
    assert failure.message == (
        'Failed to read config file at "conf/1.yaml", error at .b[0].c, $env include value is not a string'
    )


def test_a_failure_never_quotes_the_text() -> None:
    failure = run("password: s3cret\npassword: s3cret\n").failure
    assert failure is not None
    assert failure.message == "Map keys must be unique at line 2, column 1"
    assert failure.file == "conf/0.yaml"


def test_a_missing_file_is_heard_before_a_broken_one() -> None:
    failure = run("a: [\n", None).failure
    assert failure is not None
    assert failure.message == 'Config file "conf/1.yaml" does not exist'


def test_an_include_of_itself_ends() -> None:
    failure = run("a: {$include: 0.yaml}\n", files={"conf/0.yaml": "a: {$include: 0.yaml}\n"}).failure
    assert failure is not None
    assert "includes itself without end" in failure.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x {b: *x}\n", "yaml-recursive"),
        ("a: &x [*x]\n", "yaml-recursive"),
        ("%YAML 1.1\n---\na: &x {<<: *x}\n", "yaml-recursive"),
        ("[" * 10_000, "yaml-too-deep"),
        ("- " * 10_000, "yaml-too-deep"),
        (f"a: &x {'[' * 50}{']' * 50}\nb: {'[' * 50}*x{']' * 50}\n", "yaml-too-deep"),
        ("a: &a [" + "x, " * 9_000 + "]\nb: [" + "*a, " * 90 + "]\n", "yaml-alias-bomb"),
        ("a: " + "x" * 5_000_000, "yaml-too-large"),
    ],
)
def test_bounds(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        load(text)
    assert caught.value.code == code
    assert run(text).failure is not None


def test_too_many_nodes() -> None:
    """Asked once only: it takes seconds until so many are counted."""
    failure = run("a: [" + "x, " * (NODE_LIMIT + 1) + "]\n").failure
    assert failure is not None
    assert failure.message == f"more than {NODE_LIMIT:,} nodes"


def test_depth_within_the_bound_is_read() -> None:
    assert load("[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT).value is not None


def starts(node: Node) -> list[tuple[str, int, int, int]]:
    """Where every node of a tree begins, and the tags of the scalars."""
    mark = node.start_mark
    row = (node.tag if isinstance(node, ScalarNode) else "", mark.line, mark.column, mark.index)
    match node:
        case MappingNode(value=pairs):
            children = [part for pair in pairs for part in pair]
        case SequenceNode(value=children):
            pass
        case _:
            children = []
    return [row, *(below for child in children for below in starts(child))]


@pytest.mark.parametrize("text", [*CONFIGS, "a: &x !t [1]\nb: *x\n&k c: &v\n  - !!str 1\n? [d]\n: {e, f: }\n"])
def test_nodes_stand_where_the_other_reader_finds_them(text: str) -> None:
    text = text.replace("*auth", "none")
    ours, theirs = load(text).node, compose(text)[0]
    assert ours is not None
    assert theirs is not None
    assert starts(ours) == starts(theirs)
