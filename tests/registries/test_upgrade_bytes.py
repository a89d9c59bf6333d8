"""Up and down again gives the bytes of before, whatever the text looks like and whatever it stands in."""

import json
import textwrap

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installer.instance.instance import Layer, Region
from installer.plan.changes import edits
from installer.plan.draft import Draft
from installer.plan.entry import entries_of, schema_of
from installer.plan.versions_edits import Rehash, Repackage, edit_entries
from installer.plugins.behaviour import behaviour
from installer.yamltext.reading import compose
from installer.yamltext.text import File, Text
from tests.registries.test_outdated import sri

KIND = behaviour("C")
NAMES = [f"@acme/p{number}" for number in range(6)]
SCALARS = ("{}", "'{}'", '"{}"', "&a{number} '{}'", "!!str {}", ">-\n{pad}{}", "|-\n{pad}{}")
COMMENTS = ("", "  # of 1.0.0", "\t# note: 'x'", "   ")


def package(number, version):
    name = NAMES[number % len(NAMES)]
    if number % 3 == 2:
        return f"https://npm.example.com/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    return f"{name}@{version}"


def integrity(number, version):
    return sri(str(number), version)


@st.composite
def block_entry(draw, number):
    pad = "      "
    fields = []
    for key, value in (("package", package(number, "1.0.0")), ("integrity", integrity(number, "1.0.0"))):
        shapes = [one for one in SCALARS if not (key == "package" and one in ("{}", "!!str {}") and value[0] == "@")]
        shape = draw(st.sampled_from(shapes))
        anchor = f"{number}{key[0]}"
        spelled = shape.format(value, number=anchor, pad=pad)
        comment = "" if "\n" in spelled else draw(st.sampled_from(COMMENTS))
        fields.append(f"{key}:{draw(st.sampled_from([' ', '   ']))}{spelled}{comment}")
    more = (
        "disabled: false",
        "pluginConfig:\n      x: [1.0.0, 'a']",
        "# 1.0.0 stood here",
        "pluginConfig: {a: {b: 1.0.0}}",
    )
    fields += draw(st.lists(st.sampled_from(more), max_size=1))
    fields = draw(st.permutations(fields))
    if fields[0].startswith("#"):
        fields = [*fields[1:], fields[0]]
    lines = "\n    ".join(fields)
    return f"  - {lines}\n" + draw(st.sampled_from(["", "\n", "  # between\n"]))


@st.composite
def flow_entry(draw, number):
    quote = draw(st.sampled_from(["'", '"']))
    comma = draw(st.sampled_from([", ", ",", " ,  ", ",\n      "]))
    parts = [f"package: {quote}{package(number, '1.0.0')}{quote}", f"integrity: {integrity(number, '1.0.0')}"]
    return "  - {" + comma.join([*parts, "disabled: false"]) + "}\n"


@st.composite
def texts(draw):
    numbers = range(draw(st.integers(1, 6)))
    body = "".join(draw(st.one_of(block_entry(number), flow_entry(number))) for number in numbers)
    head = draw(st.sampled_from(["plugins:\n", "# ours\n\nincludes: []\nplugins:   # all\n", "---\nplugins:\n"]))
    tail = draw(st.sampled_from(["", "# the end\n", "\n"]))
    text = head + body + tail
    return text.removesuffix("\n") if draw(st.booleans()) else text


def alone(text):
    return text, ()


def config_map(text):
    tail = "+" if text.endswith("\n\n") else "" if text.endswith("\n") else "-"
    head = "kind: ConfigMap\ndata:\n  other: |\n    1.0.0\n  dynamic-plugins.yaml: "
    return f"{head}|{tail}\n{textwrap.indent(text, '    ', lambda _: True)}" + ("" if text.endswith("\n") else "\n"), (
        "data",
        "dynamic-plugins.yaml",
    )


def quoted_map(text):
    return f"kind: ConfigMap\ndata:\n  dynamic-plugins.yaml: {json.dumps(text)}\n", ("data", "dynamic-plugins.yaml")


def in_json(text):
    return json.dumps({"kind": "ConfigMap", "data": {"dynamic-plugins.yaml": text}}, indent=1), (
        "data",
        "dynamic-plugins.yaml",
    )


def argo(text):
    """The values of a chart inside an Application, with a ConfigMap among its own objects."""
    inner, path = config_map(text)
    values = textwrap.indent(f"extra: |\n{textwrap.indent(inner, '  ', lambda _: True)}", " " * 8, lambda _: True)
    return (
        f"kind: Application\nspec:\n  source:\n    helm:\n      values: |\n{values}",
        ("spec", "source", "helm", "values"),
        ("extra",),
        path,
    )


def text_of(file, *paths):
    """The innermost of the texts that stand in each other."""
    text = Text.of(file)
    for path in paths:
        node = compose(text.characters)[0]
        for key in path:
            node = next(value for name, value in node.value if name.value == key)
        text = text.embedded(node) if path else text
    return text


def moved(data, paths, before, after):
    """The bytes with every entry at another version."""
    file = File("f.yaml", data, data.decode())
    layer = Layer("dynamic-plugins.yaml", Region(text_of(file, *paths)), "person")
    draft = Draft()
    numbers = [one.number for one in entries_of(draft.value(layer.region, schema_of(KIND)))]
    wanted = [Repackage(number, package(number, after), "up") for number in numbers]
    wanted += [Rehash(number, integrity(number, after), "") for number in numbers]
    edit_entries(draft, layer, KIND, wanted)
    found = edits(draft, draft.files())
    assert len(found) == 1
    held = draft.value(layer.region, schema_of(KIND))["plugins"]
    assert [one["package"] for one in held] == [package(number, after) for number in numbers]
    assert [one["integrity"] for one in held] == [integrity(number, after) for number in numbers]
    assert before != after
    return found[0].after


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), st.sampled_from([alone, config_map, quoted_map, in_json, argo]), st.sampled_from(["\n", "\r\n"]))
def test_up_and_down(text, around, newline):
    whole, *paths = around(text)
    data = whole.replace("\n", newline).encode() if around in (alone, config_map, argo) else whole.encode()
    up = moved(data, paths, "1.0.0", "1.2.0")
    down = moved(up, paths, "1.2.0", "1.0.0")
    assert down == data
    assert up.replace(b"1.2.0", b"1.0.0").count(b"\n") == data.count(b"\n")
