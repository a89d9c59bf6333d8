"""Whatever the key, the style and the embedding: a planted value never survives, and nothing else is lost."""

import json
import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.yamltext.redaction import mask_characters, mask_message, mask_value, tree

CANARY = "cAnArY"
KEYS = """token password passwd secret clientSecret apiKey api_key accessKey secretKey secretAccessKey
privateKey _authToken authorization passphrase bearer GITHUB_TOKEN dbPassword bind-password
DB_PASSWORD ARGOCD_AUTH_TOKEN2 serviceAccountToken cookieSecret session-secret webhookSecret
token_value access_token clientsecret APIKEY smtp_pass _auth""".split()  # noqa: SIM905
PLAIN_KEYS = "app backend host title enabled plugins data name url items database".split()  # noqa: SIM905
HARD = [
    "",
    " x",
    ": x",
    "'",
    '"',
    "\\",
    "\\n",
    "#",
    " # c",
    "\n",
    "\n\n  z",
    "é😀",
    "{a}",
    "[b]",
    "&c",
    "*d",
    "%",
    ",",
    "${A}",
    "\t",
]

hard = st.lists(st.sampled_from(HARD), max_size=2).map("".join)
canaries = st.builds(lambda before, after: before + CANARY + after, hard, hard)
harmless = st.one_of(
    st.booleans(), st.integers(0, 99), st.sampled_from(["x", "a b", "https://example.com", "", "a: b\nc: d\n"])
)
keys = st.sampled_from(KEYS)
styles = st.sampled_from([None, "'", '"', "|", ">"])


def secrets(children):
    """Every way to plant a canary, as plain data."""
    return st.one_of(
        st.builds(lambda key, value: {key: value}, keys, canaries),
        st.builds(lambda key, values: {key: values}, keys, st.lists(canaries, min_size=1, max_size=2)),
        st.builds(lambda key, value: [{"name": key, "value": value}], keys, canaries),
        st.builds(lambda key, value: [{"value": value, "name": key}], keys, canaries),
        st.builds(lambda value: {"kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": value}}, canaries),
        st.builds(lambda value: {"kind": "Secret", "data": {"config.yaml": value}}, canaries),
        st.just({"url": f"postgres://user:{CANARY}@host/db"}),
        st.just({"list": [f"--password={CANARY}"]}),
        st.builds(lambda key, child: {key: child, "host": "x"}, st.sampled_from(PLAIN_KEYS), children),
        st.builds(lambda child, more: [more, child], children, harmless),
        st.builds(lambda child: {"app-config.yaml": yaml.safe_dump(child)}, children),
        st.builds(lambda child: {"config.json": json.dumps(child)}, children),
        st.builds(lambda child: {"config.json": json.dumps(child, indent=2, ensure_ascii=False)}, children),
    )


planted = st.recursive(st.builds(lambda key, value: {key: value}, keys, canaries), secrets, max_leaves=4)
written = st.one_of(
    st.builds(json.dumps, planted),
    st.builds(lambda value: json.dumps(value, indent=2), planted),
    st.builds(
        lambda value, style, flow, width: yaml.safe_dump(
            value, default_style=style, default_flow_style=flow, width=width, allow_unicode=True, sort_keys=False
        ),
        planted,
        styles,
        st.sampled_from([True, False, None]),
        st.sampled_from([20, 80, 1000]),
    ),
)


def check(text):
    shown = mask_characters(text)
    assert CANARY not in shown
    assert shown.count("\n") == text.count("\n")
    assert mask_characters(shown) == shown
    return shown


@given(written)
@settings(max_examples=500, deadline=None)
def test_no_planted_value_survives(text):
    check(text)


@given(written, st.sampled_from(["\n", "\r\n"]), st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_in_a_later_document_and_with_other_line_ends(text, end, documents):
    whole = "a: 1\n---\n" * documents + "# one\n" + text + ("\n---\nb: 2\n" if text.endswith("\n") else "")
    check(whole.replace("\n", end))


@given(
    keys,
    st.sampled_from(
        [
            "{key}: {value}",
            "{key}={value}",
            "- name: {key}\n  value: {value}",
            '"{key}": "{value}"',
            "{key}: |\n  {value}",
        ]
    ),
)
@settings(max_examples=200, deadline=None)
def test_comments_and_texts_that_are_no_yaml(key, form):
    member = form.format(key=key, value=CANARY)
    comment = "".join(f"# {line}\n" for line in member.split("\n"))
    check(f"a: 1\n{comment}b: 2\n")
    check(f"a: 1\n{{{{ if .x }}}}\n{member}\nb: c: d\n")
    check(f"data:\n  app-config.yaml: |\n    a: 1\n    {comment.replace(chr(10), chr(10) + '    ')}b: 2\n")


@given(planted)
@settings(max_examples=300, deadline=None)
def test_plain_data(value):
    shown = mask_value(value)
    assert CANARY not in json.dumps(shown)
    assert mask_value(shown) == shown


@given(
    keys,
    st.sampled_from(["{key}={value}", "{key}: {value}", '"{key}": "{value}"', "--{key}={value}", "'{key}': '{value}'"]),
)
@settings(max_examples=100, deadline=None)
def test_messages(key, form):
    shown = mask_message(f"failed: {form.format(key=key, value=CANARY)} (line 3)\nmore")
    assert CANARY not in shown
    assert shown.startswith("failed: ")
    assert shown.endswith("(line 3)\nmore") or ": " in form


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_at_all(text):
    shown = mask_characters(text)
    assert shown.count("\n") == text.count("\n")
    assert mask_characters(shown) == shown
    assert mask_message(mask_message(text)) == mask_message(text)


FRAGMENTS = [
    *KEYS[:6],
    *HARD,
    "-",
    ":",
    " ",
    "\n",
    "  ",
    "'",
    '"',
    "|",
    ">",
    "\n  ",
    "- ",
    ": ",
    "***",
    "${",
    "}",
    "{{",
    "}}",
    "kind: Secret",
    "data:",
    "name: ",
    "value: ",
    "://a:b@",
    "=",
    "-----BEGIN PRIVATE KEY-----",
    "\r",
    "&a ",
    "*a",
    "---\n",
    "stringData:\n",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
@settings(max_examples=1000, deadline=None)
def test_texts_made_of_what_matters(text):
    shown = mask_characters(text)
    assert shown.count("\n") == text.count("\n")
    mask_message(text)
    mask_value({"a": text, "token": text})


@given(
    st.recursive(
        harmless,
        lambda child: st.one_of(st.lists(child, max_size=3), st.dictionaries(st.sampled_from(PLAIN_KEYS), child)),
        max_leaves=8,
    )
)
@settings(max_examples=200, deadline=None)
def test_texts_without_a_secret_stay_as_they_are(value):
    for text in (
        yaml.safe_dump(value),
        json.dumps(value),
        f"# a comment\n{yaml.safe_dump({'x': yaml.safe_dump(value)})}",
    ):
        assert mask_characters(text) == text
    assert mask_value(value) == value


def test_everything_outside_the_masks_is_unchanged():
    text = "a:   'x'   # c\r\ntoken:  abc  # d\r\n\r\nb: [1,2 ]\t\r\n"
    assert mask_characters(text) == text.replace("abc", "***")


def test_a_byte_order_mark_shifts_nothing():
    text = "\ufefftoken: abc\nx: |\n  \ufeffpassword: def\n"
    assert mask_characters(text) == text.replace("abc", "***").replace("def", "***")


def test_work_grows_with_the_text_only(monkeypatch):
    """Counted, not timed: the characters that the parser is given, in a text with many embedded texts."""
    given_characters = []
    original = tree.compose

    def counted(text):
        given_characters.append(len(text))
        return original(text)

    monkeypatch.setattr(tree, "compose", counted)
    inner = yaml.safe_dump({"a": {"token": "x", "note": "b\nc\n"}})
    work = []
    for count in (50, 500):
        given_characters.clear()
        text = yaml.safe_dump({"data": {f"f{number}.yaml": inner for number in range(count)}}, default_style="|")
        assert re.search(r'"?token"?: \|-\n +\*\*\*|token: \*\*\*', mask_characters(text))
        work.append(sum(given_characters) / len(text))
    assert work[1] <= work[0] * 1.1
