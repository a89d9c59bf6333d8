"""What is left of a Secret: every case of secrets.yaml; and that no value is among it."""

from pathlib import Path

import pytest

from installer.audit.object import Object
from installer.audit.secret import reduce
from installer.instance.instance import Document
from installer.model.change import Ref
from installer.yamltext.reading import compose
from installer.yamltext.text import File, Text
from tests.tables import table

CASES = table(Path(__file__).with_name("secrets.yaml"))
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    _, found = reduce(case["body"])
    assert list(found.keys) == case["keys"]
    assert found.type == case.get("type", "Opaque")
    assert sorted(found.defaults) == case.get("defaults", [])
    assert sorted(found.empty) == case.get("empty", [])
    assert sorted(found.unknown) == case.get("unknown", [])
    assert sorted(found.short) == case.get("short", [])
    assert {key: list(hosts) for key, hosts in found.hosts.items()} == case.get("hosts", {})
    assert dict(found.expiries) == case.get("expiries", {})
    npmrc = found.npmrc.get(".npmrc")
    assert (dict(npmrc.registries) if npmrc else None) == case.get("npmrc")
    assert (list(npmrc.plain_http) if npmrc else None) == case.get("plain_http")
    assert (npmrc.strict_tls if npmrc else None) == case.get("strict_tls")


def test_a_value_can_be_guessed_and_not_read():
    _, found = reduce({"stringData": {"database": "sonataflow", "password": "hush-hush"}})
    assert found.holds("database", "sonataflow")
    assert not found.holds("database", "backstage")
    assert not found.holds("gone", "")
    assert "hush" not in repr(found)


def test_a_text_of_a_secret_is_none():
    file = File("secret.yaml", b"", "data: {a: aHVzaA==}\n")
    document = Document(Text.of(file), 0, compose(file.characters)[0])
    one = Object(Ref("v1", "Secret", "portal", "tokens"), document)
    assert one.secret.keys == ("a",)
    assert one.written("a") is None


def test_no_value_is_in_the_object():
    ref = Ref("v1", "Secret", "portal", "tokens")
    body = {
        "metadata": {"name": "tokens", "annotations": {APPLIED: '{"stringData": {"a": "hush"}}', "kept": "yes"}},
        "stringData": {"a": "hush"},
        "data": {"b": "aHVzaA=="},
    }
    one = Object(ref, given=body)
    assert "hush" not in str(one.data)
    assert "aHVzaA" not in str(one.data)
    assert one.annotations == {"kept": "yes"}
    assert one.secret.keys == ("b", "a")
    assert one.keys == []
    assert one.written("a") is None
