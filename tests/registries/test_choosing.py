"""Which version is chosen and why: a table by hand, and a corpus that npm's own semver judges as well."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from installer.integrity import LENGTHS, rhdh_accepts
from installer.registries import npm
from installer.registries.choosing import PassedOver, Policy, aligned, choose
from tests.oracles import npm_semver
from tests.tables import table

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 10, tzinfo=UTC)
TABLE = table(HERE / "choosing.yaml")
CORPUS = table(HERE / "corpus.yaml")
CASES = [(table, ask) for table in TABLE for ask in table["asks"]]


def digest(algorithm):
    return f"{algorithm}-{base64.b64encode(bytes(LENGTHS[algorithm])).decode()}"


def spelled(words):
    """`sha384?x` -> a whole hash of that kind with its option."""
    return " ".join(
        digest(word.partition("?")[0]) + "".join(word.partition("?")[1:]) if word.partition("?")[0] in LENGTHS else word
        for word in words.split()
    )


def published(said):
    said = {"integrity": "sha512", **(said or {})}
    dist = {"shasum": said.get("shasum"), "integrity": said["integrity"] and spelled(said["integrity"])}
    return {"dist": dist, "deprecated": said.get("deprecated")}


def packument(case):
    data = {
        "name": "@acme/p",
        "dist-tags": case["tags"],
        "versions": {version: published(said) for version, said in case["versions"].items()},
        "time": {version: said["time"] for version, said in case["versions"].items() if said and "time" in said},
    }
    return npm.parse(json.dumps(data).encode(), "@acme/p", "https://r/")


def policy(ask):
    cooldown = timedelta(days=ask["cooldown"]) if "cooldown" in ask else None
    denied = ask.get("denied", {})
    return Policy(lambda _, version: denied.get(version), ask.get("prereleases", False), cooldown, NOW)


@pytest.mark.parametrize(
    ("table", "ask"), CASES, ids=[f"{table['name']}: {ask['spec'] or 'bare'}" for table, ask in CASES]
)
def test_table(table, ask):
    choice = choose(packument(table), ask["spec"], policy(ask))
    assert choice.version == ask["version"]
    if "reason" in ask:
        assert choice.reason == ask["reason"]
    if "hash" in ask:
        assert choice.integrity == (digest(ask["hash"]) if ask["hash"] else None)
    if "passed" in ask:
        assert choice.passed_over == tuple(PassedOver(*one) for one in ask["passed"])
    assert choice.integrity is None or rhdh_accepts(choice.integrity)


# -- the corpus


def questions():
    return [(one, spec, answer) for one in CORPUS for spec, answer in one["answers"].items()]


def of_corpus(one):
    versions = {version: {"deprecated": "no"} if version in one["deprecated"] else "" for version in one["versions"]}
    return packument({"tags": one["tags"], "versions": versions})


def test_corpus():
    assert len(CORPUS) >= 60
    denied = {one["name"]: dict.fromkeys(one["denied"], "no") for one in CORPUS}
    for one, spec, answer in questions():
        assert choose(of_corpus(one), spec, policy({"denied": denied[one["name"]]})).version == answer, (one, spec)


def test_npms_semver_agrees():
    """The policy once more: sets by hand, order and ranges by npm's semver."""
    asked = []
    for one, spec, _ in questions():
        good = [version for version in one["versions"] if version not in {*one["deprecated"], *one["denied"]}]
        taken = spec in one["tags"] or spec in one["versions"]
        if not taken:
            asked.append(["best", good, spec or "*", False])
    try:
        answers = iter(npm_semver.answers(asked))
    except npm_semver.Absent as error:
        pytest.skip(f"NOT COMPARED with npm's semver: {error}")
    for one, spec, answer in questions():
        taken = one["tags"].get(spec) or (spec if spec in one["versions"] else None)
        assert answer == (taken or next(answers)), (one, spec)


# -- sets that move together


def of_versions(*versions, **more):
    return packument({"tags": {}, "versions": {**dict.fromkeys(versions, ""), **more}})


def test_aligned_is_the_highest_that_all_have():
    one, two = of_versions("1.7.0", "1.7.1", "1.7.2", "1.8.0"), of_versions("1.7.0", "1.7.1", "1.8.0")
    choices = aligned([one, two], "~1.7", policy({}))
    assert [choice.version for choice in choices] == ["1.7.1", "1.7.1"]
    assert choices[0].passed_over == (PassedOver("1.7.2", "not all of them have it, or may have it"),)


def test_aligned_passes_over_what_is_denied_to_one():
    one = of_versions("1.8.9", "1.8.10")
    two = of_versions("1.8.9", **{"1.8.10": {"deprecated": "a regression"}})
    assert [choice.version for choice in aligned([one, two], "~1.8", policy({}))] == ["1.8.9", "1.8.9"]


def test_aligned_without_a_common_version():
    choices = aligned([of_versions("1.7.0"), of_versions("1.7.1")], "~1.7", policy({}))
    assert [choice.version for choice in choices] == [None, None]
    assert "every version of ~1.7 that all of them have was passed over" in choices[0].reason
