"""What is hidden and what is shown, case by case."""

from pathlib import Path

import pytest

from installer.yamltext.redaction import mask_characters, mask_message, mask_value
from tests.tables import table

CASES = table(Path(__file__).with_name("cases.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_shown(case, end):
    text = case["text"].replace("\n", end)
    expected = text if case.get("same") else case["shown"].replace("\n", end)
    assert mask_characters(text) == expected
    assert mask_characters(expected) == expected


MESSAGES = [
    ("two values disagree: token: abc (a.yaml:1) and token: def (b.yaml:2)", "token: *** (a.yaml:1) and token: ***"),
    ('cannot parse {"password": "a b", "host": "x"}', '{"password": "***", "host": "x"}'),
    ("GET https://user:hunter2@host/x failed", "GET https://user:***@host/x failed"),
    ("Authorization: Bearer abc", "Authorization: ***"),
    ("bad flag --token abc", "bad flag --token ***"),
    ("DB_PASSWORD=abc is wrong", "DB_PASSWORD=*** is wrong"),
]
HARMLESS = [
    "backend.auth.secret: missing",
    "app-config.yaml:3:4: token: must be a string",
    "secret.yaml:3: not YAML",
    "Secret rhdh/dynamic-plugins-npmrc: key .npmrc is missing",
    "password: ${POSTGRES_PASSWORD} is unresolved",
]


@pytest.mark.parametrize(("message", "shown"), MESSAGES)
def test_messages(message, shown):
    assert shown in mask_message(message)


@pytest.mark.parametrize("message", HARMLESS)
def test_messages_without_a_secret(message):
    assert mask_message(message) == message


def test_values():
    value = {
        "backend": {
            "auth": {"keys": [{"secret": "x1"}]},
            "database": {"connection": {"password": "${PG}", "port": 5432}},
        },
        "tokens": {"alice": "x2", "name": "shown"},
        "clientSecret": {"$env": "CLIENT_SECRET"},
        "env": [{"name": "API_TOKEN", "value": "x3"}, {"name": "HOST", "value": "shown"}],
        "object": {
            "kind": "Secret",
            "stringData": {"a": "x4", ".npmrc": "@redhat:registry=https://r\n//r/:_authToken=x5"},
        },
        "apiKey": 123456,
        "text": "token: x6\n",
        "password": None,
        "secret": True,
        "passwords": ["x7", ["x8"]],
    }
    assert mask_value(value) == {
        "backend": {
            "auth": {"keys": [{"secret": "***"}]},
            "database": {"connection": {"password": "${PG}", "port": 5432}},
        },
        "tokens": {"alice": "***", "name": "shown"},
        "clientSecret": {"$env": "CLIENT_SECRET"},
        "env": [{"name": "API_TOKEN", "value": "***"}, {"name": "HOST", "value": "shown"}],
        "object": {
            "kind": "Secret",
            "stringData": {"a": "***", ".npmrc": "@redhat:registry=https://r\n//r/:_authToken=***"},
        },
        "apiKey": "***",
        "text": "token: ***\n",
        "password": None,
        "secret": True,
        "passwords": ["***", ["***"]],
    }
    assert value["tokens"]["alice"] == "x2"
    assert mask_value("x9", "token") == "***"
