"""Texts inside scalars: whatever lines change inside, the scalar outside means the inner text afterwards."""

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml.nodes import MappingNode, ScalarNode

from installer.plan.draft import differences
from installer.yamltext.editing import edited
from installer.yamltext.embedding import Literal, Quoted, embed
from installer.yamltext.patch import Branch, applied
from installer.yamltext.reading import compose
from installer.yamltext.splices import spliced
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct, same
from tests.yamltext.documents import texts
from tests.yamltext.patches import patches

MANY = 6 * settings.default.max_examples
KEY = "dynamic-plugins.yaml"


def literal(inner: str, chomping: str, indent: int, newline: str) -> str:
    body = "".join(f"{' ' * indent}{line}\n" if line.strip() else "\n" for line in inner.split("\n"))
    if inner.lstrip("\n").startswith(" ") or inner.startswith("\n"):
        chomping = f"{indent - 2}{chomping}"
    return f"kind: ConfigMap\ndata:\n  {KEY}: |{chomping}\n{body}  other: x\n".replace("\n", newline)


def wrap(inner: str, form: str) -> str:
    """A manifest around a text, in one of the ways that people and tools write it."""
    if form.startswith(("literal", "stripped")):
        inner = inner.replace("\r\n", "\n")
    value = {"kind": "ConfigMap", "data": {KEY: inner, "other": "x"}}
    match form:
        case "literal" | "literal-crlf":
            newline = "\r\n" if form == "literal-crlf" else "\n"
            return literal(inner.rstrip("\n") if inner.strip() else inner, "", 4, newline)
        case "stripped":
            return literal(inner, "-", 6, "\n")
        case "single":
            return f"data:\n  {KEY}: '" + inner.replace("'", "''") + "' # c\n  other: x\n"
        case "double":
            return f"data: {{{KEY}: {json.dumps(inner, ensure_ascii=False)}, other: x}}\n"
        case "dumped":
            return yaml.dump(value, sort_keys=False)
        case "dumped-narrow":
            return yaml.dump(value, sort_keys=False, width=30, default_style='"', allow_unicode=True)
        case "json":
            return json.dumps(value, indent=2) + "\n"
        case _:
            return json.dumps(value, ensure_ascii=False)


FORMS = ("literal", "literal-crlf", "stripped", "single", "double", "dumped", "dumped-narrow", "json", "compact")
# What no form but the escaping ones can hold; single quotes cannot hold blanks at the begin of a line.
SINGLE = st.sampled_from(('{"plugins": [{"package": "a"}]}', "{plugins: [a, b]}", "app: x", "[]", "{'a': 1}"))


def scalar_of(text: str) -> ScalarNode | None:
    """The scalar under `data.dynamic-plugins.yaml`."""
    (root,) = compose(text)
    assert isinstance(root, MappingNode)
    data = next(value for key, value in root.value if key.value == "data")
    scalar = next(value for key, value in data.value if key.value == KEY)
    return scalar if isinstance(scalar, ScalarNode) else None


@given(st.data())
@settings(max_examples=MANY)
def test_an_edit_inside_is_that_edit_outside(data: Any) -> None:
    form = data.draw(st.sampled_from(FORMS))
    inner = data.draw(SINGLE if form == "single" else texts())
    outer = wrap(inner, form)
    scalar = scalar_of(outer)
    assert scalar is not None
    text = Text.of(File("a.yaml", b"", outer)).embedded(scalar)
    value = construct((compose(text.characters) or [None])[0], Schema.CORE)
    patch = data.draw(patches(value))
    after = spliced(text.characters, edited(text.characters, patch, Schema.CORE)) if patch else text.characters
    result = spliced(outer, text.to_file(differences(text.characters, after)))
    found = scalar_of(result)
    assert found is not None
    assert found.value.rstrip("\n") == after.rstrip("\n")
    assert same(construct((compose(found.value) or [None])[0], Schema.CORE), applied(value, patch) if patch else value)
    assert others(result) == others(outer)


def others(text: str) -> object:
    value = construct(compose(text)[0], Schema.KUBERNETES)
    return {**value, "data": {**value["data"], KEY: None}}


@given(texts(), st.sampled_from(("literal", "literal-crlf", "double", "dumped", "json")), st.data())
@settings(max_examples=MANY)
def test_every_place_maps_outwards(inner: str, form: str, data: Any) -> None:
    outer = wrap(inner, form)
    scalar = scalar_of(outer)
    assert scalar is not None
    text = Text.of(File("a.yaml", b"", outer)).embedded(scalar)
    embedding = embed(outer, scalar)
    assert isinstance(embedding, Literal | Quoted)
    index = data.draw(st.integers(0, max(len(text.characters) - 1, 0)))
    if text.characters[index : index + 1].isascii() and text.characters[index : index + 1].isalnum():
        assert outer[embedding.outer_index(index)] == text.characters[index]
    assert 1 <= text.place(index).line <= outer.count("\n") + 1


@given(texts(), st.sampled_from(FORMS[:3] + FORMS[4:]), st.sampled_from(FORMS[4:]), st.data())
@settings(max_examples=2 * settings.default.max_examples)
def test_embeddings_nest(inner: str, near: str, far: str, data: Any) -> None:
    outer = wrap(wrap(inner, near), far)
    text = Text.of(File("a.yaml", b"", outer))
    for _ in range(2):
        scalar = scalar_of(text.characters)
        assert scalar is not None
        text = text.embedded(scalar)
    value = construct((compose(text.characters) or [None])[0], Schema.CORE)
    patch = data.draw(patches(value))
    after = spliced(text.characters, edited(text.characters, patch, Schema.CORE)) if patch else text.characters
    found = scalar_of(spliced(outer, text.to_file(differences(text.characters, after))))
    assert found is not None
    found = scalar_of(found.value)
    assert found is not None
    assert found.value.rstrip("\n") == after.rstrip("\n")


def test_other_scalars_are_rewritten_as_a_whole() -> None:
    for outer, expected in (
        ("a: >  # why\n  x: 1\nb: 2\n", "a: |  # why\n  x: 1\n  new: 2\nb: 2\n"),
        ("a: x\nb: 2\n", 'a: "x\\nnew: 2\\n"\nb: 2\n'),
        ("a: |\nb: 2\n", "a: |\n  new: 2\nb: 2\n"),
        ('a: ""\nb: 2\n', 'a: "new: 2\\n"\nb: 2\n'),
    ):
        (root,) = compose(outer)
        assert isinstance(root, MappingNode)
        text = Text.of(File("a.yaml", b"", outer)).embedded(root.value[0][1])
        lead = "" if not text.characters or text.characters.endswith("\n") else "\n"
        result = spliced(outer, text.to_file(differences(text.characters, f"{text.characters}{lead}new: 2\n")))
        assert construct(compose(result)[0], Schema.CORE) == construct(compose(expected)[0], Schema.CORE)
        assert result.count("#") == outer.count("#")


def test_nothing_is_no_edit() -> None:
    assert not edited("a: 1\n", Branch(), Schema.CORE)
