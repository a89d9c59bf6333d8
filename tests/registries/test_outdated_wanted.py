"""What a plugin should move to: tables by hand, and the corpus, which npm's own semver judges as well."""

from pathlib import Path

import pytest

from installer.registries import npm
from installer.registries.choosing import Policy
from installer.registries.oci_wanted import wanted_tag
from installer.registries.versions import parse
from installer.registries.wanted import AIMS, together, wanted
from tests.oracles import npm_semver
from tests.registries.test_choosing import CORPUS, of_corpus
from tests.tables import table

TABLE = table(Path(__file__).parent / "wanted.yaml")


def packument(name, versions, tags=None):
    said = {version.lstrip("!~"): (None, None, None, "old" if version[0] == "!" else None) for version in versions}
    return npm.Packument(name, "https://r/", npm.Versions(said), tags or {})


def policy(*lists):
    bad = {version[1:] for versions in lists for version in versions if version[0] == "~"}
    return Policy(lambda _, version: "known to be bad" if version in bad else None)


@pytest.mark.parametrize("table", TABLE["alone"], ids=lambda one: one["name"])
def test_alone(table):
    found = packument("@acme/p", table["versions"], table.get("tags"))
    for case in table["cases"]:
        for aim in AIMS:
            if aim in case:
                choice = wanted(found, case["current"], aim, policy(table["versions"]))
                assert choice.version == case[aim], (case, aim, choice)
                assert choice.reason


@pytest.mark.parametrize("table", TABLE["together"], ids=lambda one: one["name"])
def test_together(table):
    found = [packument(name, versions) for name, versions in table["packages"].items()]
    currents = [table["current"].get(one.name) for one in found]
    for aim, answer in table["answers"].items():
        choices = together(found, currents, aim, table["line"], policy(*table["packages"].values()))
        assert {one.version for one in choices} == {answer}, (aim, choices)


@pytest.mark.parametrize("table", TABLE["tags"], ids=lambda one: one["name"])
def test_tags(table):
    for case in table["cases"]:
        for aim in AIMS:
            if aim in case:
                choice = wanted_tag("example.com/p", case["current"], table["tags"], aim, policy(), table.get("line"))
                assert choice.version == case[aim], (case, aim, choice)


# -- the corpus: each version as the one that stands there


def questions():
    return [
        (one, current, aim, span)
        for one in CORPUS
        for current in one["versions"]
        if (version := parse(current)) is not None and not version.build
        for aim, span in (
            ("compatible", f"{version.major}.x"),
            ("patch", f"{version.major}.{version.minor}.x"),
            ("latest", "*"),
        )
    ]


def test_the_corpus_by_npms_semver():
    """The rule once more, with npm's ranges and npm's order: nothing moves back but from what is known to be bad."""
    asked = []
    for one, _, _, span in questions():
        good = [version for version in one["versions"] if version not in {*one["deprecated"], *one["denied"]}]
        asked.append(["best", good, span, False])
    try:
        answers = npm_semver.answers(asked)
    except npm_semver.Absent as error:
        pytest.skip(f"NOT COMPARED with npm's semver: {error}")
    assert len(answers) > 900
    kept = 0
    for (one, current, aim, _), best in zip(questions(), answers, strict=True):
        judged = Policy(lambda _, version, bad=frozenset(one["denied"]): "no" if version in bad else None)
        choice = wanted(of_corpus(one), current, aim, judged).version
        if current in one["denied"] or (best is not None and _is_above(best, current)):
            assert choice == best, (one["name"], current, aim)
        else:
            kept += 1
            assert choice == current, (one["name"], current, aim)
    assert kept


def _is_above(one, other):
    """By hand: numbers first, a prerelease below its release."""
    first, second = (_key(each) for each in (one, other))
    return first >= second


def _key(text):
    core, dash, rest = text.partition("-")
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in rest.split("."))
    return tuple(map(int, core.split("."))), not dash, parts
