"""Every rule by its cases: it fails, it passes, it is skipped where it cannot see; its cases catch a broken check."""

import ast
import contextlib
import dataclasses
from pathlib import Path

import pytest

import installer.audit
from installer.audit.engine import Judgement, judge, verdict_of
from installer.audit.finding import Found
from installer.audit.profiles import PROFILES
from installer.audit.rule import GROUPS
from installer.audit.rules import load, modules
from installer.audit.snapshot import Contents
from installer.audit.spot import Spot
from installer.model.change import Ref
from tests.audit.cases import Case, cases, parsed, slugs, without_kinds


def loaded():
    """Every rule whose file can be loaded: one that cannot fails its own test, and no other."""
    found = {}
    for name in modules():
        with contextlib.suppress(Exception):
            found[name] = load(name)
    return {rule.slug: rule for rule in found.values()}


RULES = loaded()
AUDIT = Path(installer.audit.__file__).parent
RULE_FILES = [*(path for group in GROUPS for path in (AUDIT / group).glob("*.py")), *AUDIT.glob("about_*.py")]
ALWAYS_JUDGED = {"instance-not-identifiable"}  # that there is nothing is what it is about


def named(case: Case) -> str:
    return f"{case.slug}/{case.name}"


def judged(case: Case, rule) -> Judgement:
    profile = case.header.get("profile")
    chosen = frozenset() if profile else frozenset({rule.slug})
    return judge(case.contents, [rule], profile or "all", chosen)


@pytest.mark.parametrize("name", modules())
def test_rule_file(name):
    assert load(name).module == name


def test_every_case_can_be_read():
    assert [(one.path, one.reason.message) for one in parsed().unreadable] == []


@pytest.mark.parametrize("case", cases(), ids=named)
def test_case(case):
    assert case.unknown == set()
    judgement = judged(case, RULES[case.slug])
    assert judgement.crashed == ()
    reasons = [one.reason for one in judgement.skipped]
    assert len(reasons) == len(case.header.get("skips", ())), reasons
    for reason, part in zip(reasons, case.header.get("skips", ()), strict=True):
        assert part in reason
    if not case.fails:
        assert [(str(one.spot.ref), one.spot.path, one.observed) for one in judgement.findings] == []
        return
    hold(case, judgement)


def hold(case: Case, judgement: Judgement) -> None:
    """A failing case says of each finding which object it is about, and what was observed or where it stands."""
    expected = case.header.get("expect")
    assert expected, "the header of a failing case says what it expects"
    told = [(str(one.spot.ref), one.spot.path, one.observed, str(one.spot.place)) for one in judgement.findings]
    assert len(judgement.findings) == len(expected), told
    for one in expected:
        assert any(fits(finding, one) for finding in judgement.findings), (one, told)
    lines = {one.spot.place.line for one in judgement.findings if one.spot.place and one.spot.place.file == case.path}
    lines -= {one["line"] for one in expected if "line" in one}
    assert lines == set(case.marked), "where findings stand, and the lines marked `# here`"
    assert len({one.fingerprint for one in judgement.findings}) == len(judgement.findings)


def fits(finding, expected) -> bool:
    says = {
        "object": str(finding.spot.ref),
        "path": finding.spot.path,
        "observed": finding.observed,
        "expected": finding.expected,
        "severity": finding.severity,
        "line": finding.spot.place.line if finding.spot.place else None,
        "file": finding.spot.place.file if finding.spot.place else None,
    }
    fix = f"{finding.fix.summary}\n{finding.fix.patch or ''}\n{chr(10).join(finding.fix.commands)}"
    assert set(expected) <= {*says, "fix"}, f"unknown: {set(expected) - {*says, 'fix'}}"
    return all(part in fix if key == "fix" else says[key] == part for key, part in expected.items())


def failing(rule) -> Case | None:
    return next((case for case in cases() if case.slug == rule.slug and case.fails), None)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_skipped_where_it_cannot_see(rule):
    case = failing(rule)
    for kind in rule.reads:
        verdict = verdict_of(Contents(without_kinds(case.source, {kind})), rule)
        assert (verdict.found, verdict.crash) == ((), None)
        assert kind.kind in verdict.skipped[0]
    for kind in rule.also:
        verdict = verdict_of(Contents(without_kinds(case.source, {kind})), rule)
        assert verdict.crash is None
        assert any(kind.kind in reason for reason in verdict.skipped)
    if not (rule.reads or rule.also or rule.slug in ALWAYS_JUDGED):
        verdict = verdict_of(Contents(dataclasses.replace(case.source, seek=lambda: (None, None))), rule)
        assert (verdict.found, verdict.crash) == ((), None)
        assert verdict.skipped


def emptied(rule):
    return dataclasses.replace(rule, check=lambda _: iter(()))


def always(rule):
    return dataclasses.replace(rule, check=lambda snapshot: iter([*rule.check(snapshot), INVENTED]))


def inverted(rule):
    return dataclasses.replace(rule, check=lambda snapshot: iter([] if list(rule.check(snapshot)) else [INVENTED]))


INVENTED = Found(Spot(Ref("v1", "ConfigMap", "", "invented"), None, ""), "", "")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("change", [emptied, always, inverted])
def test_a_broken_check_is_caught(rule, change):
    broken = change(rule)
    own = [case for case in cases() if case.slug == rule.slug]
    assert any(bool(judged(case, broken).findings) != case.fails for case in own) or any(
        len(judged(case, broken).findings) != len(case.header.get("expect", ())) for case in own
    )


# What leads around a snapshot's own answers, to Secrets in full or to where things came from.
PAST_THE_SNAPSHOT = {"document", "given", "contents", "manifests", "npmrc_file"}


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_a_rule_sees_the_snapshot_only(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert used & PAST_THE_SNAPSHOT == set()


def test_every_rule_has_cases():
    of = {slug: {case.fails for case in cases() if case.slug == slug} for slug in RULES}
    assert {slug: sides for slug, sides in of.items() if sides != {True, False}} == {}
    assert {case.slug for case in cases()} - set(RULES) == set()


def test_rules_are_those_of_the_table():
    table = slugs()
    assert {slug: (rule.severity, rule.group) for slug, rule in RULES.items()} == {
        slug: table.get(slug, ("?", "?")) for slug in RULES
    }


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_it_is(rule):
    for words in (rule.title, rule.wrong, rule.why, rule.fix):
        assert words == words.strip()
        assert words
    assert rule.group in GROUPS
    assert rule.sources
    assert rule.profiles <= set(PROFILES)
    assert "all" in rule.profiles
    assert set(rule.reads).isdisjoint(rule.also)
