"""Edits of generated texts: the result means what was wanted, foreign lines and comments stay, twice is like once."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from yaml.nodes import Node, ScalarNode

from installer.yamltext.editing import Refused, edited
from installer.yamltext.patch import Branch, Drop, Set, applied
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.splices import spliced
from installer.yamltext.values import Schema, construct, same
from tests.yamltext.documents import COMMENT, json_texts, texts
from tests.yamltext.patches import patches, touched
from tests.yamltext.samples import ODD

MANY = 30 * settings.default.max_examples


@dataclass(frozen=True)
class Case:
    text: str
    node: Node | None
    value: Any
    patch: Branch


@st.composite
def cases(draw: Any, *, of: Any) -> Case:
    text = draw(of)
    nodes = compose(text)
    value = construct(nodes[0], Schema.KUBERNETES) if nodes else None
    return Case(text, nodes[0] if nodes else None, value, draw(patches(value)))


def carried(case: Case) -> str:
    return spliced(case.text, edited(case.text, case.patch, Schema.KUBERNETES))


def value_of(text: str) -> Any:
    nodes = compose(text)
    return construct(nodes[0], Schema.KUBERNETES) if nodes else None


def comments(text: str) -> set[str]:
    """The numbered comments of a text, without what only looks like one in a block scalar."""
    inside: list[range] = []
    stack = list(compose(text))
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            inside.append(range(text.index("\n", node.start_mark.index), node.end_mark.index))
        elif node is not None and not isinstance(node, ScalarNode):
            stack += [part for child in node.value for part in (child if isinstance(child, tuple) else (child,))]
    return {one[0] for one in COMMENT.finditer(text) if not any(one.start() in span for span in inside)}


def lasting(patch: Branch) -> Branch:
    """The part of a patch that does nothing when it is carried out again."""
    return Branch(
        {
            key: lasting(member) if isinstance(member, Branch) else member
            for key, member in patch.members.items()
            if isinstance(key, str) and not isinstance(member, Drop)
        }
    )


# Outcomes of test_a_text_is_edited, for the test behind it.
TRIED: Counter[str] = Counter()


@given(cases(of=texts()))
@settings(max_examples=MANY)
def test_a_text_is_edited(case: Case) -> None:
    TRIED["edits"] += 1
    try:
        after = carried(case)
    except Refused as error:  # nothing is written then; how often that may be is said below
        TRIED["refused"] += 1
        event(f"refused: {error.message}")
        return
    event(f"changes {len(case.patch.members)} members at the root")
    assert same(value_of(after), applied(case.value, case.patch))
    assert comments(case.text) <= comments(after)
    if "&" not in case.text:
        assert not foreign_lines_lost(case, after)
    again = lasting(case.patch)
    if not case.patch.renames:
        assert spliced(after, edited(after, again, Schema.KUBERNETES)) == after


def test_a_real_looking_text_is_hardly_ever_refused() -> None:
    assert TRIED["refused"] <= TRIED["edits"] / 500


def foreign_lines_lost(case: Case, after: str) -> list[str]:
    """Lines outside of what the patch names that are gone, changed, or out of order."""
    mine = touched(case.node, case.patch)
    lines = case.text.split("\n")
    if not case.text.endswith("\n"):
        mine |= open_block_scalar(case.node)
        lines[-1] += "\r" if "\r\n" in case.text and lines[-1] else ""
    result = iter([*after.split("\n"), after.rsplit("\n", 1)[-1] + "\r"])
    foreign = [line for number, line in enumerate(lines) if number not in mine and line.strip()]
    return [line for line in foreign if not comes(line, result)]


def comes(line: str, result: Any) -> bool:
    """Whether a line comes later; a comment may have been indented anew below a block scalar."""
    if line.lstrip().startswith("#"):
        return any(other.strip() == line.strip() for other in result)
    return line in result


def open_block_scalar(node: Node | None) -> set[int]:
    """The header of a block scalar at the open end of a text: lines behind it give its text a line end."""
    while node is not None and not isinstance(node.value, str) and node.value:
        node = node.value[-1][1] if isinstance(node.value[-1], tuple) else node.value[-1]
    return {node.start_mark.line} if node is not None else set()


@given(cases(of=json_texts()))
@settings(max_examples=5 * settings.default.max_examples)
def test_json_stays_json(case: Case) -> None:
    import json  # noqa: PLC0415

    after = carried(case)
    assert same(value_of(after), applied(case.value, case.patch))
    assert same(json.loads(after), applied(json.loads(case.text), case.patch))
    if "\n" not in case.text.strip():
        assert "\n" not in after.strip()


@given(cases(of=st.sampled_from(ODD)))
@settings(max_examples=5 * settings.default.max_examples)
def test_odd_texts_are_edited_or_refused(case: Case) -> None:
    try:
        after = carried(case)
    except Refused:
        return
    assert same(value_of(after), applied(case.value, case.patch) if case.patch else case.value)


@given(st.text(alphabet="abc:-?[]{}&*!|>'\"#,% \n\t\r=~<1.\\u", max_size=60), st.integers(0, 2))
@settings(max_examples=5 * settings.default.max_examples)
def test_noise_never_crashes(text: str, document: int) -> None:
    patch = Branch({"a": Set([{"b": 1}]), "c": Branch({"d": Set("e")}), "b": Drop()})
    try:
        edited(text, patch, Schema.CORE, document)
    except (Refused, Unreadable):
        return


def test_odd_texts_are_rarely_refused() -> None:
    refused = [text for text in ODD if is_refused(text)]
    assert refused == REFUSED


# A root that is no mapping takes no keys.
REFUSED = ["[]\n", "- a\n- b\n", "text\n", "- - a # x\n  - b\n- - c\n", "- a: 1 # x\n  # y\n  b: 2\n-\n  c: 3\n"]


def is_refused(text: str) -> bool:
    try:
        edited(text, Branch({"new": Set({"a": [1]})}), Schema.KUBERNETES)
    except Refused:
        return True
    return False
