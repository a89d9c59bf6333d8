"""Texts that are no YAML, or too much of it: refused where the instance needs them, skipped where it does not."""

import json
from pathlib import Path

import pytest

from tests.bad_input.conftest import contents

HEAD = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dynamic-plugins-rhdh\n  namespace: rhdh\n"
DEEP = 10_000


def bomb(levels: int) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "".join(f"{line}\n" for line in lines).encode()


def block(depth: int) -> bytes:
    """Block mappings, one space deeper each: fifty megabytes for 10,000, so only a part of it."""
    return "".join(f"{' ' * level}a:\n" for level in range(depth)).encode()


TEXTS = {
    "binary": b"\x7fELF\x02\x01\x00\x00dynamic-plugins-rhdh\x00\xff\xfe\x80",
    "invalid UTF-8": HEAD + b"data:\n  a: \xff\xfe\n",
    "UTF-16": "\ufeff".encode("utf-16-le") + HEAD.decode().encode("utf-16-le"),
    "NUL": HEAD + b"data:\n  a: b\x00c\n",
    "tabs": HEAD + b"data:\n\ta: b\n",
    "truncated in a quoted scalar": HEAD + b'data:\n  a: "never closed\n',
    "truncated in a flow": HEAD + b"data: {a: [b, c\n",
    "deep flow": HEAD + b"data: " + b"[" * DEEP + b"]" * DEEP + b"\n",
    "deep flow, not closed": HEAD + b"data: " + b"{a: " * DEEP,
    "deep block": HEAD + b"data:\n" + block(2000),
    "deep sequences": HEAD + b"data:\n  " + b"- " * DEEP + b"a\n",
    "alias bomb": HEAD + bomb(9),
    "recursive alias": HEAD + b"data: &a [*a]\n",
    "unknown alias": HEAD + b"data: *nowhere\n",
    "30 MB": HEAD + b"data:\n" + b"  # " + b"x" * 30_000_000 + b"\n",
    "too many nodes": HEAD + b"data: [" + b"1," * 300_000 + b"]\n",
    "5 MB as a file": HEAD + b"data:\n" + b"  # a comment that says nothing at all\n" * 140_000,
}


CODES = {
    "binary": "not-utf-8",
    "invalid UTF-8": "not-utf-8",
    "UTF-16": "not-utf-8",
    "NUL": "yaml-binary",
    "deep flow": "yaml-too-deep",
    "deep flow, not closed": "yaml-too-deep",
    "deep block": "yaml-too-deep",
    "deep sequences": "yaml-too-deep",
    "alias bomb": "yaml-alias-bomb",
    "recursive alias": "yaml-recursive",
    "30 MB": "file-too-large",
    "too many nodes": "yaml-too-many-nodes",
    "5 MB as a file": "yaml-too-large",
}


@pytest.mark.parametrize("name", TEXTS)
def test_needed(name, portal, refused):
    (portal / "dynamic-plugins.yaml").write_bytes(TEXTS[name])
    said = refused(portal, 6, CODES.get(name, "yaml-syntax"))
    where = said.document["errors"][0]["where"]
    assert where["file"] == "dynamic-plugins.yaml"
    assert where["line"] >= 1


@pytest.mark.parametrize("name", TEXTS)
def test_not_needed(name, portal, answer):
    foreign = portal / "templates"
    foreign.mkdir()
    (foreign / "other.yaml").write_bytes(TEXTS[name].replace(b"dynamic-plugins-rhdh", b"somebody-elses-map"))
    before = contents(foreign)
    said = answer("install", "--directory", str(portal), "--yes", expect=0)
    assert contents(foreign) == before
    assert "templates/other.yaml" in [one["where"]["file"] for one in said.document["warnings"] if one["where"]]


INNER = {
    "tabs": "includes:\n\t- dynamic-plugins.default.yaml\n",
    "truncated": "plugins:\n  - package: 'never closed\n",
    "deep": "plugins: " + "[" * DEEP + "]" * DEEP + "\n",
    "alias bomb": bomb(9).decode(),
    "two documents": "plugins: []\n---\nplugins: []\n",
    "not a mapping": "- plugins\n",
    "plugins no list": "plugins: {a: b}\n",
    "an entry no mapping": "plugins:\n  - ./local\n",
    "large": "# " + "x" * 1_200_000 + "\nplugins: []\n",
}


ANSWERS = {
    "tabs": (6, "yaml-syntax"),
    "truncated": (6, "yaml-syntax"),
    "deep": (6, "yaml-too-deep"),
    "alias bomb": (6, "yaml-alias-bomb"),
    "two documents": (4, "rhdh-would-fail"),
    "not a mapping": (4, "rhdh-would-fail"),
    "plugins no list": (4, "rhdh-would-fail"),
    "an entry no mapping": (4, "rhdh-would-fail"),
    "large": (6, "yaml-too-large"),
}
# To an app-config `plugins` is a key like any other.
ELSEWHERE = {"not a mapping": (6, "cannot-edit"), "plugins no list": (0, None), "an entry no mapping": (0, None)}


@pytest.mark.parametrize("name", INNER)
@pytest.mark.parametrize("key", ["dynamic-plugins.yaml", "app-config.yaml"])
def test_inside_a_config_map(name, key, portal, answer):
    file = portal / key
    text = file.read_text()
    head, _, _ = text.partition(f"  {key}: |\n")
    body = "".join(f"    {line}\n" for line in INNER[name].rstrip("\n").split("\n"))
    file.write_text(f"{head}  {key}: |\n{body}")
    before = contents(portal)
    said = answer("install", "--directory", str(portal), "--yes")
    problem = (said.document["errors"] or [{"code": None, "where": None}])[0]
    assert (said.code, problem["code"]) == (ELSEWHERE if key == "app-config.yaml" else {}).get(name, ANSWERS[name])
    assert contents(portal) == before or said.code == 0
    if said.code == 6:
        assert problem["where"]["file"] == key
        assert problem["where"]["line"] > head.count("\n")


VALUES = {"number": "1", "null": "null", "list": "[a, b]", "mapping": "{plugins: []}", "boolean": "true"}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("key", ["dynamic-plugins.yaml", "app-config.yaml"])
def test_data_that_is_no_string(name, key, portal, refused):
    file = portal / key
    head, _, _ = file.read_text().partition(f"  {key}: |\n")
    file.write_text(f"{head}  {key}: {VALUES[name]}\n")
    said = refused(portal, 6, "configmap-data")
    assert said.document["errors"][0]["where"]["file"] == key


@pytest.mark.parametrize(
    "data", ["data: text\n", "data: [a]\n", "", "data: {}\n", "binaryData: {dynamic-plugins.yaml: aGk=}\n"]
)
def test_data_that_is_none(data, portal, answer):
    (portal / "dynamic-plugins.yaml").write_bytes(HEAD + data.encode())
    before = contents(portal)
    said = answer("install", "--directory", str(portal), "--yes")
    assert said.code in (3, 6)
    assert contents(portal) == before


TAGS = [
    "!!python/object/apply:os.system ['touch {mark}']",
    "!!python/object/new:os.system ['touch {mark}']",
    "!!python/name:os.system",
    "!!python/object/apply:subprocess.check_output [[touch, '{mark}']]",
    "!!python/module:os",
    "!custom {a: b}",
    "!<tag:example.com,2024:x> y",
    "!include other.yaml",
    "!vault |\n      3061",
]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("place", ["foreign", "resource", "plugins", "app-config"])
def test_tags_are_never_executed(tag, place, portal, tmp_path, answer):
    mark = tmp_path / "mark"
    written = tag.replace("{mark}", str(mark))
    spoil(portal, place, written)
    before = contents(portal)
    said = answer("install", "--directory", str(portal), "--yes")
    assert not mark.exists()
    assert said.code in ((0,) if place in ("foreign", "resource") else (0, 4, 6))
    assert contents(portal) == before or said.code == 0
    answer("config", "effective", "--directory", str(portal))
    assert not mark.exists()


def spoil(portal: Path, place: str, written: str) -> None:
    if place == "foreign":
        (portal / "other.yaml").write_text(f"a: {written}\n")
    elif place == "resource":
        file = portal / "backstage.yaml"
        file.write_text(f"{file.read_text()}  rawRuntimeConfig:\n    a: {written}\n")
    elif place == "plugins":
        file = portal / "dynamic-plugins.yaml"
        more = written.replace("\n", "\n      ")
        file.write_text(f"{file.read_text()}      - package: ./odd\n        pluginConfig:\n          a: {more}\n")
    else:
        file = portal / "app-config.yaml"
        more = written.replace("\n", "\n    ")
        file.write_text(f"{file.read_text()}    odd:\n      a: {more}\n")


def test_json_that_is_broken(portal, refused):
    text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dynamic-plugins-rhdh"}}, indent=1)
    (portal / "dynamic-plugins.yaml").unlink()
    (portal / "dynamic-plugins.json").write_text(text[:-3])
    refused(portal, 6, "yaml-syntax")


def test_the_instance_itself_is_broken(portal, answer):
    """Backstage resources that cannot be read: the directory holds no instance, and the file is named."""
    (portal / "backstage.yaml").write_text("apiVersion: rhdh.redhat.com/v1alpha3\nkind: Backstage\nspec: {a: [\n")
    said = answer("install", "--directory", str(portal), "--yes")
    assert said.code in (3, 6)
    assert "backstage.yaml" in json.dumps(said.document)
