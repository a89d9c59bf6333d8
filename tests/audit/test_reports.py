"""`audit -o sarif|junit|md|html`: what each says, to whom, and that no name in it can do harm."""

import json
from html.parser import HTMLParser
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from installer.audit.rules import rules
from installer.cli.boundary import run
from installer.cli.reports import written
from installer.cli.reports.markdown import LIMIT
from installer.cli.session import REPORTS
from installer.cli.taming import tame
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place
from installer.model.report import Report
from tests.audit.reporting import HOSTILE, finding, lay, result
from tests.audit.sarif_schema import schema

TWICE = ("--rule", "logic-operator-twice")
DEV = ("--rule", "workflow-dev-profile")


@pytest.fixture
def ask(tmp_path, capsysbinary, monkeypatch):
    """Runs the program beside a directory of manifests: words -> code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    lay(tmp_path)

    def asked(*words):
        capsysbinary.readouterr()
        code = run(words)
        out, err = capsysbinary.readouterr()
        return SimpleNamespace(code=code, out=out.decode("utf-8"), err=err.decode("utf-8"))

    return asked


def audit(ask, output, *words):
    said = ask("audit", "--directory", "manifests", "-o", output, *words)
    assert said.code == 0, said.err
    return said.out


def made(output, data, **report):
    return written(Report(data, **report), output, {"profile": "install", "directory": "manifests"}).text


# -- the command line


@pytest.mark.parametrize("output", REPORTS)
def test_before_and_after_the_command(ask, output):
    after = audit(ask, output, *TWICE)
    assert ask("-o", output, "audit", "--directory", "manifests", *TWICE).out == after
    assert after.endswith("\n")


@pytest.mark.parametrize(
    "line",
    [
        "audit --directory manifests -o pdf",
        "audit -o SARIF --directory manifests",
        "version -o sarif",
        "-o html version",
        "audit -o sarif rules",
        "-o md audit diff a.json b.json",
    ],
)
def test_a_format_that_is_none(ask, line):
    said = ask(*line.split())
    assert (said.code, said.out) == (ExitCode.USAGE, "")
    assert "-o" in said.err


@pytest.mark.parametrize("output", REPORTS)
def test_gates_and_errors(ask, output):
    said = ask("audit", "--directory", "manifests", "-o", output, *TWICE, "--fail-on", "high")
    assert said.code == ExitCode.FINDINGS
    assert said.out == audit(ask, output, *TWICE).replace("exit 0", "exit 4") or output == "sarif"
    said = ask("audit", "--directory", "gone", "-o", output)
    assert (said.code, said.out) == (ExitCode.TARGET, "")
    assert "error: " in said.err


@pytest.mark.parametrize("output", REPORTS)
def test_color_changes_nothing(ask, output):
    assert audit(ask, output, *TWICE, "--color", "always") == audit(ask, output, *TWICE)


@pytest.mark.parametrize("output", REPORTS)
def test_every_rule_can_be_reported(output):
    asked = dict.fromkeys((one.slug for one in rules()), 0)
    assert made(output, result(asked=asked))


# -- SARIF


@pytest.fixture(scope="module")
def validator():
    found = schema()
    jsonschema.Draft7Validator.check_schema(found)
    return jsonschema.Draft7Validator(found)


def sarif(text):
    log = json.loads(text)
    (only,) = log["runs"]
    return only


def everything():
    """A result with one of each."""
    asked = {one.slug: 0 for one in rules()[:9]}
    return result(
        finding(1),
        finding(2, where=None, suppressed={"by": "baseline", "reason": "known"}),
        finding(3, suppressed={"by": "annotation", "reason": "so it is"}),
        skipped=[(rules()[4].slug, "there is no Secret")],
        crashed=[(rules()[5].slug, "KeyError at x.py:3: 'a'")],
        asked=asked,
        production=[{"requirement": 1, "title": "They survive", "verdict": "unknown", "evidence": ["a", "b"]}],
    )


@pytest.mark.parametrize("profile", ["install", "production", "all"])
def test_sarif_keeps_the_official_schema(ask, validator, profile):
    validator.validate(json.loads(audit(ask, "sarif", "--profile", profile)))


def test_sarif_of_one_of_each_keeps_it_too(validator):
    problem = Problem("odd-file", "it is odd", Place("a.yaml", 3, 4), "look at it", ExitCode.INVALID)
    validator.validate(json.loads(made("sarif", everything(), warnings=(problem,), errors=(problem,))))


def test_the_schema_refuses_what_is_none(validator):
    log = json.loads(made("sarif", everything()))
    log["runs"][0]["results"][0]["level"] = "critical"
    assert not validator.is_valid(log)


def test_sarif_results(ask):
    only = sarif(audit(ask, "sarif", *TWICE))
    (one,) = only["results"]
    assert only["columnKind"] == "unicodeCodePoints"
    assert one["level"] == "error"
    (location,) = one["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "manifests/sub%20scriptions%23%C3%A9.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 6, "startColumn": 8},
    }
    (logical,) = location["logicalLocations"]
    assert logical["kind"] == "resource"
    assert logical["fullyQualifiedName"].startswith("operators.coreos.com/v1alpha1/Subscription/openshift-operators/")
    assert r"\[x](javascript:" in one["message"]["text"]
    told = json.loads(audit(ask, "json", *TWICE))["result"]["findings"]
    assert one["partialFingerprints"] == {"rhdhOrchestrator/v1": told[0]["fingerprint"]}
    assert one["suppressions"] == []
    (rule,) = only["tool"]["driver"]["rules"]
    assert rule["id"] == one["ruleId"] == only["tool"]["driver"]["rules"][one["ruleIndex"]]["id"]
    assert "**Why:**" in rule["help"]["markdown"]
    assert rule["properties"]["severity"] == "critical"


def test_sarif_rules_that_are_about_holes_have_a_score():
    asked = {one.slug: 0 for one in rules()}
    found = sarif(made("sarif", result(asked=asked)))["tool"]["driver"]["rules"]
    assert [one["id"] for one in found] == [one.slug for one in rules()]
    for rule, one in zip(rules(), found, strict=True):
        holes = "security" in rule.profiles
        assert ("security" in one["properties"]["tags"]) == holes
        assert ("security-severity" in one["properties"]) == holes


def test_sarif_suppressions(ask):
    (one,) = sarif(audit(ask, "sarif", *DEV))["results"]
    (suppression,) = one["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert "it is a <demo> & stays one" in suppression["justification"]
    kinds = [one["suppressions"] for one in sarif(made("sarif", everything()))["results"]]
    assert [[each["kind"] for each in one] for one in kinds] == [[], ["external"], ["inSource"]]


def test_sarif_says_what_was_not_judged():
    problem = Problem("odd-file", "it is odd", Place("a b.yaml", 3, 4), "look at it", ExitCode.INVALID)
    only = sarif(made("sarif", everything(), errors=(problem,)))
    (invocation,) = only["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, ExitCode.INVALID)
    (skipped,) = invocation["toolConfigurationNotifications"]
    assert skipped["associatedRule"]["id"] == rules()[4].slug
    assert only["tool"]["driver"]["rules"][skipped["associatedRule"]["index"]]["id"] == rules()[4].slug
    crashed, error = invocation["toolExecutionNotifications"]
    assert "KeyError" in crashed["message"]["text"]
    assert error["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "manifests/a%20b.yaml"


@pytest.mark.parametrize(
    ("directory", "uri"),
    [
        (".", "x.yaml"),
        ("a/./b/", "a/b/x.yaml"),
        ("../c", "x.yaml"),
        ("{here}/d", "d/x.yaml"),
        ("/elsewhere", "x.yaml"),
        (None, None),
    ],
)
def test_sarif_names_files_from_where_it_was_started(tmp_path, monkeypatch, directory, uri):
    monkeypatch.chdir(tmp_path)
    found = finding(where={"file": "x.yaml", "line": 1, "column": 1})
    options = {"profile": "install", "directory": directory and directory.format(here=tmp_path)}
    (one,) = sarif(written(Report(result(found)), "sarif", options).text)["results"]
    (location,) = one["locations"]
    assert location.get("physicalLocation", {}).get("artifactLocation", {}).get("uri") == uri
    assert location["logicalLocations"]


# -- JUnit


def suites(text):
    return ET.fromstring(text)  # noqa: S314 - our own text


def case(root, slug):
    (found,) = [one for one in root.iter("testcase") if one.get("name") == slug]
    return found


def test_junit_counts_what_it_holds(ask):
    root = suites(audit(ask, "junit", "--profile", "all"))
    for suite in (root, *root):
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests")) == len(cases) > 0
        for word, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(word)) == sum(one.find(tag) is not None for one in cases)
    told = json.loads(audit(ask, "json", "--profile", "all"))["result"]
    assert {one.get("name") for one in root.iter("testcase")} == {one["rule"] for one in told["asked"]}
    open_ones = {one["rule"] for one in told["findings"] if one["suppressed"] is None}
    assert {one.get("name") for one in root.iter("testcase") if one.find("failure") is not None} == open_ones
    passed = {one.get("name") for one in root.iter("testcase") if not len(one)}
    assert passed
    assert not passed & {one["rule"] for one in (*told["skipped"], *told["crashed"], *told["findings"])}


def test_junit_failures(ask):
    one = case(suites(audit(ask, "junit", *TWICE)), "logic-operator-twice")
    assert one.get("classname") == "audit.operators"
    failure = one.find("failure")
    assert failure.get("type") == "critical"
    assert "1 finding" in failure.get("message")
    assert "oc -n openshift-operators delete" in failure.text
    assert tame(HOSTILE) in failure.text


def test_junit_of_what_is_accepted(ask):
    one = case(suites(audit(ask, "junit", *DEV)), "workflow-dev-profile")
    assert one.find("failure") is None
    assert "it is a <demo> & stays one" in one.find("system-out").text


def test_junit_never_takes_a_skip_for_a_pass():
    root = suites(made("junit", everything()))
    assert case(root, rules()[4].slug).find("skipped").get("message") == "there is no Secret"
    assert "KeyError" in case(root, rules()[5].slug).find("error").text
    assert len(case(root, rules()[6].slug)) == 0


def test_junit_does_not_pass_what_severity_hides(ask):
    one = case(suites(audit(ask, "junit", "--profile", "all", "--severity", "critical")), "subscription-duplicate")
    assert one is not None
    hidden = made("junit", result(asked={rules()[0].slug: 2}))
    assert case(suites(hidden), rules()[0].slug).find("skipped").get("message") == "2 findings below --severity"


def test_junit_with_what_xml_cannot_write():
    text = "\x00\x0b\x1f\ufffe\ud800 a\nb ]]> é"
    root = suites(made("junit", result(finding(observed=text, suppressed=None), crashed=[(rules()[3].slug, text)])))
    assert "\\x00" in root.find(".//failure").text
    assert "\\ud800 a\nb ]]> é" in root.find(".//error").text


# -- Markdown

OURS = {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "p", "strong", "code", "br", "em", "ul", "li", "pre"}
OURS |= {"details", "summary"}


class Elements(HTMLParser):
    """The names of all elements, and the attributes they have."""

    def __init__(self, text):
        super().__init__()
        self.names, self.attributes, self.codes = set(), set(), []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside = tag == "code"

    def handle_endtag(self, tag):  # noqa: ARG002
        self.inside = False

    def handle_data(self, data):
        self.codes += [data] if self.inside else []


def rendered(text):
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is missing: Markdown was NOT rendered")
    return Elements(markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


def test_markdown_of_hostile_names(ask):
    page = rendered(audit(ask, "md", *TWICE))
    assert page.names <= OURS
    assert page.attributes <= {"class", "style"}
    assert any(tame(HOSTILE).replace("\n", " ").strip() in code for code in page.codes)


@pytest.mark.parametrize("text", ["`", "``` a ````", "a `b` ~~~", "\n", "", " x ", "<!--", "| a |", "\u202e", "*_#"])
def test_markdown_keeps_what_others_wrote_in_code(text):
    patch = f"{text}\n```\n~~~\n<script>"
    found = finding(observed=text, path="", expected=text, fix={"summary": text, "commands": [text], "patch": patch})
    page = rendered(made("md", result(found)))
    assert page.names <= OURS
    assert page.attributes <= {"class", "style"}
    assert any("<script>" in code for code in page.codes)


def test_markdown_groups_by_severity(ask):
    text = audit(ask, "md", "--profile", "production")
    titles = [line[4:] for line in text.splitlines() if line.startswith("### ")]
    assert titles == sorted(titles, key=["Critical", "High", "Medium", "Low", "Info", "Crashed", "Skipped"].index)
    assert "| critical |" in text
    assert "**Fit for production: no**" in text
    assert "Accepted (annotation): `it is a <demo> & stays one`" in text


def test_markdown_fits_a_comment():
    huge = finding(0, observed="x" * 10_000, fix={"summary": "s", "commands": [], "patch": "y: z\n" * 10_000})
    findings = [huge, *(finding(number) for number in range(5_000))]
    text = made("md", result(*findings, skipped=[(rules()[number].slug, f"{number} " * 300) for number in range(40)]))
    assert len(text) <= LIMIT
    shown = text.count("<details>")
    assert 5 < shown < 5_001
    assert f"*{5_001 - shown} more findings did not fit;" in text
    assert "### Skipped" in text
    assert "more reasons did not fit" in text
