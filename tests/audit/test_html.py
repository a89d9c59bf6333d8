"""The HTML report in headless Chromium: opens, filters, asks for nothing, can be used by everybody, and stays quick."""

import json
import re
from pathlib import Path

import pytest

from installer.audit.rules import rules
from installer.cli.reports import written
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place
from installer.model.report import Report
from tests.audit.chromium import axe, browser
from tests.audit.reporting import HOSTILE, finding, result

MANY = 5_000
EVIL = finding(
    0,
    object={"apiVersion": "v1", "kind": "ConfigMap", "namespace": HOSTILE, "name": HOSTILE},
    where={"file": HOSTILE, "line": 1, "column": 1},
    path=HOSTILE,
    observed=HOSTILE,
    expected=HOSTILE,
    fix={"summary": HOSTILE, "commands": [HOSTILE], "patch": HOSTILE},
)
ROWS = "document.querySelectorAll('#findings > li').length"
COUNT = "document.getElementById('count').textContent"


def document(*findings, **more):
    data = result(
        *findings,
        skipped=[(rules()[4].slug, HOSTILE), (rules()[5].slug, HOSTILE)],
        crashed=[(rules()[6].slug, HOSTILE)],
        production=[{"requirement": 1, "title": "They survive", "verdict": "not-met", "evidence": [HOSTILE]}],
    )
    problem = Problem("odd-file", HOSTILE, Place(HOSTILE, 3, 4), HOSTILE, ExitCode.INVALID)
    report = Report(data, errors=(problem,), warnings=(problem,))
    return written(report, "html", {"profile": "production", "directory": ".", **more}).text


@pytest.fixture(scope="module")
def tab():
    with browser() as found:
        yield found


@pytest.fixture
def page(tab, tmp_path):
    """Opens a page of these findings: the tab."""

    def opened(*findings, **view):
        path = tmp_path / "audit.html"
        path.write_text(document(*findings), encoding="utf-8")
        tab.emulate(**view)
        tab.open(path.as_uri())
        return tab

    return opened


def some():
    accepted = finding(3, suppressed={"by": "baseline", "reason": "known"})
    return [finding(number) for number in range(12) if number != 3] + [accepted, EVIL | {"fingerprint": "evil"}]


def fill(tab, name, value):
    """As a person does: the value changes, and the page is told."""
    tab.js(
        f"(() => {{ const one = document.getElementById({json.dumps(name)});"
        f" one[one.type === 'checkbox' ? 'checked' : 'value'] = {json.dumps(value)};"
        " one.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )


# -- without a browser


def test_nothing_is_fetched():
    text = document(*some())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<(?:link|img|iframe|object|embed|base|form)\b(?! rel=\"icon\" href=\"data:,\")", text)
    assert not re.search(r"<script[^>]*\bsrc=|@import|url\(|\bon[a-z]+=\"", text)
    assert re.findall(r"<script[^>]*>", text) == ['<script type="application/json" id="data">', "<script>"]


def test_it_is_ascii_whatever_names_are():
    text = document(finding(observed="é \ud800 \u202e \x00 <!--data--> <!--script-->"))
    assert text.isascii()
    assert text.count("use strict") == 1


def test_its_parts_are_beside_the_module():
    folder = Path(__file__).parents[2] / "installer" / "cli" / "reports"
    for name in ("page.html", "page.css", "page.js"):
        assert "</script" not in (folder / name).read_text(encoding="utf-8") or name == "page.html"


# -- in one


def test_it_opens_and_asks_for_nothing(page):
    tab = page(*some())
    assert tab.said == []
    assert [url for url in tab.asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in tab.asked if url.startswith("file:")]) == 1
    assert tab.js(ROWS) == 13
    assert tab.js(COUNT) == "13 of 13 findings"
    assert tab.js("document.documentElement.lang") == "en"


def test_hostile_names_are_text(page):
    tab = page(*some())
    tab.js("document.getElementById('open').click()")
    assert tab.js("document.querySelectorAll('img, iframe, body script:not(#data)').length") == 1
    assert tab.js("typeof boom") == "undefined"
    told = tab.js("document.getElementById('findings').textContent")
    assert "</script><img src=x onerror=boom()>]]>--><!-- ```" in told
    assert "\u202e" not in told
    assert "\x1b" not in told
    assert tab.js("[...document.querySelectorAll('a')].every((one) => /^(https:|file:)/.test(one.href))")
    assert tab.said == []


def test_filters(page):
    tab = page(*some())
    fill(tab, "severity-critical", False)
    assert tab.js("document.querySelectorAll('#findings .badge.critical').length") == 0
    fill(tab, "severity-critical", True)
    assert tab.js(ROWS) == 13
    fill(tab, "accepted", False)
    assert tab.js(ROWS) == 12
    fill(tab, "accepted", True)
    fill(tab, "namespace", "=space-2")
    assert tab.js(ROWS) == 2
    fill(tab, "text", "MAP-9")
    assert tab.js(ROWS) == 1
    fill(tab, "text", "nothing of the kind")
    assert (tab.js(ROWS), tab.js(COUNT)) == (0, "0 of 13 findings")
    tab.js("document.getElementById('reset').click()")
    assert tab.js(ROWS) == 13
    groups = tab.js("[...document.getElementById('group').options].map((one) => one.value)")
    assert groups[0] == ""
    fill(tab, "group", groups[1])
    assert 0 < tab.js(ROWS) <= 13
    assert tab.said == []


def test_a_name_that_is_no_namespace_does_not_filter_everything(page):
    tab = page(*some())
    fill(tab, "namespace", tab.js("[...document.getElementById('namespace').options].at(1).value"))
    assert tab.js(ROWS) >= 1


def test_a_finding_unfolds_by_keyboard(page):
    tab = page(*some())
    assert tab.js("document.querySelectorAll('#findings dl').length") == 0
    tab.js("document.querySelector('#findings summary').focus()")
    tab.press("Enter", 13, "\r")
    tab.js("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert tab.js("document.querySelectorAll('#findings dl').length") == 1
    assert tab.js("document.querySelector('#findings details').open")
    assert rules()[0].why in tab.js("document.querySelector('#findings dl').textContent")


def test_everything_is_reached_by_tab(page):
    tab = page(*some()[:2])
    reached = []
    for _ in range(16):
        tab.press("Tab", 9)
        reached.append(tab.js("document.activeElement.id || document.activeElement.localName"))
    assert reached[0] == "a"
    for name in ("severity-critical", "group", "namespace", "text", "accepted", "reset", "open", "summary"):
        assert name in reached


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 360)])
def test_axe_finds_nothing_serious(page, scheme, width):
    script = axe()
    tab = page(*some(), scheme=scheme, width=width)
    tab.js("document.getElementById('open').click()")
    tab.js(script)
    found = tab.js("axe.run().then((told) => told.violations.map((one) => [one.impact, one.id, one.nodes[0].html]))")
    assert [one for one in found if one[0] in ("serious", "critical")] == []
    assert tab.js("document.documentElement.scrollWidth <= innerWidth")


def test_dark_and_light(page):
    grounds = set()
    for scheme in ("light", "dark"):
        grounds.add(page(*some(), scheme=scheme).js("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_on_paper_everything_chosen_is_unfolded(page):
    tab = page(*(finding(number) for number in range(150)))
    assert tab.js(ROWS) == 100
    tab.emulate(media="print")
    tab.js("dispatchEvent(new Event('beforeprint'))")
    assert tab.js(ROWS) == 150
    assert tab.js("document.querySelectorAll('#findings details[open] dl').length") == 150
    assert tab.js("getComputedStyle(document.getElementById('filters')).display") == "none"
    tab.js("dispatchEvent(new Event('afterprint'))")
    assert tab.js(ROWS) == 100
    assert tab.js("document.querySelectorAll('#findings dl').length") == 0


def test_many_findings_cost_no_more_than_few(page):
    """Counted in nodes that come and go: a hundred rows at a time, however many there are."""
    few = page(*(finding(number) for number in range(200))).js("document.querySelectorAll('*').length")
    tab = page(*(finding(number) for number in range(MANY)))
    groups = 60  # options of the filters
    assert tab.js("document.querySelectorAll('*').length") <= few + groups
    assert tab.js(COUNT) == "5000 of 5000 findings, the first 100 below"
    tab.js(
        "globalThis.work = 0; new MutationObserver((all) => all.forEach((one) => {"
        " work += one.addedNodes.length + one.removedNodes.length; })).observe(document.body,"
        " {subtree: true, childList: true})"
    )
    for typed in ("m", "ma", "map", "map-", "map-49"):
        fill(tab, "text", typed)
    assert 0 < tab.js("work") <= 5 * 2 * 100 + 20
    assert tab.js(COUNT) == "111 of 5000 findings, the first 100 below"
    tab.js("document.getElementById('more').click()")
    assert tab.js(ROWS) == 111
    assert tab.js("document.getElementById('more').hidden")
    assert tab.js("document.activeElement === document.querySelectorAll('#findings summary')[100]")
    assert tab.said == []
