"""ConfigMaps of a cluster are parsed when somebody looks into them, and then are what they would have been at once."""

import json
import random

import pytest

from installer.instance import live
from installer.instance.live_config_map import ShownMap, is_certain, lacks
from installer.model.change import Ref
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.values import Schema, construct


def config_map(data, **metadata):
    named = {"name": "one", "namespace": "ns", **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": data}


ORDINARY = {
    "texts": config_map({"app-config.yaml": "app:\n  title: 'é'\n", "empty": "", "json": '{"a": ["*x", "&y", "# z"]}'}),
    "no data": {key: value for key, value in config_map({}).items() if key != "data"},
    "data null": config_map(None),
    "owners": config_map({"a": "b"}, ownerReferences=[{"kind": "Backstage", "uid": "u"}], labels={"a/b": "c"}),
    "no texts": config_map({"a": None, "b": 1, "c": [True], "d": "e"}),
    "smileys": config_map({"a": "\U0001f600 \\n"}),
}
ODD = {
    "unprintable": config_map({"a": "\x85 \u2028 \x7f"}),
    "half a pair": config_map({"a": "\ud800"}),
    "deep": config_map({"a": [[[[[[[[["deep"]]]]]]]]]}),
    "merge": config_map({"<<": "a"}),
    "long key": config_map({"k" * 500: "a"}),
    "large": config_map({"a": "b" * 70_000}),
}


def shown(one):
    read = live.read([one])
    (document,) = read.manifests.documents
    return read, document, read.manifests.files["ConfigMap/ns/one"]


@pytest.mark.parametrize("one", ORDINARY.values(), ids=ORDINARY)
def test_an_ordinary_one_is_put_off(one):
    read, document, file = shown(one)
    assert isinstance(file, ShownMap)
    assert "root" not in vars(file)
    texts = {key: text for key, text in (one.get("data") or {}).items() if isinstance(text, str)}
    assert {path: part.key for path, part in read.parts.items()} == {f"{file.path}/{key}": key for key in texts}
    assert "root" not in vars(file)
    assert construct(document.node, Schema.KUBERNETES) == one
    assert (document.index, document.path, document.ref) == (0, (), Ref("v1", "ConfigMap", "ns", "one"))
    assert file.data.decode() == document.text.characters
    assert {part.path: part.characters for part in file.parts.values()} == {
        f"{file.path}/{key}": text for key, text in texts.items()
    }
    for begin, part in file.parts.items():
        assert json.loads(file.characters[begin : begin + len(json.dumps(part.characters, ensure_ascii=False))]) == (
            part.characters
        )


@pytest.mark.parametrize("one", ODD.values(), ids=ODD)
def test_an_odd_one_is_parsed_at_once(one):
    assert not isinstance(shown(one)[2], ShownMap)


def test_what_is_not_in_its_data_is_known_without_parsing():
    _, document, file = shown(ORDINARY["texts"])
    assert not lacks(document, "empty")
    assert lacks(document, "name")
    assert "root" not in vars(file)
    assert not lacks(shown(ODD["long key"])[1], "name"), "nothing is certain of what is parsed"


def test_what_cannot_be_read_is_told_when_it_is_met():
    deep: object = "text"
    for _ in range(100):
        deep = [deep]
    assert [one.path for one in live.read([config_map({"a": deep})]).manifests.unreadable] == ["ConfigMap/ns/one"]


def test_what_is_put_off_can_be_read():
    """Whatever is called certain is read by YAML as JSON reads it."""
    dice = random.Random(7)  # noqa: S311 - dice of a test
    letters = "ab cd\t\n:-#\"'\\[]{},&*!|>%@`?~é€\u2028\x7f\ud7a3\U0001f600"

    def word(most):
        return "".join(dice.choices(letters, k=dice.randrange(most)))

    certain = 0
    for _ in range(2000):
        one = config_map({word(5): word(12) for _ in range(3)}, annotations={word(6): word(9)})
        characters = json.dumps(one, ensure_ascii=False)
        if is_certain(one, characters):
            certain += 1
            assert construct(compose(characters)[0], Schema.KUBERNETES) == one
    assert certain > 100


@pytest.mark.parametrize("count", [390, 399])
def test_the_longest_key(count):
    """JSON writes two characters for a backslash, and YAML still knows the key."""
    one = config_map({"\\" * count: "a"})
    characters = json.dumps(one)
    assert is_certain(one, characters)
    assert construct(compose(characters)[0], Schema.KUBERNETES) == one
    with pytest.raises(Unreadable):
        compose(json.dumps(config_map({"\\" * 600: "a"})))
