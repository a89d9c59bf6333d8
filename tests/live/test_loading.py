"""What a plan and an audit of a cluster load, and when: that is most of what they cost, so this is their budget."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from installer.audit.rule import GROUPS
from tests.live.conftest import ORCHESTRATOR, PORTAL, named

ROOT = Path(__file__).parents[2]
# Packages and rooms that only other commands need, or only what is carried out.
ELSEWHERE = {
    "kubernetes", "urllib3", "requests", "oauthlib", "requests_oauthlib", "websocket", "pydantic", "openshift_client",
    "ruamel", "semver", "rich", "importlib.metadata", "subprocess", "zipfile", "unittest", "email", "http",
    "installer.directory", "installer.programs", "installer.registries.npm", "installer.registries.transport",
    "installer.apply.execute", "installer.apply.lease", "installer.apply.steps", "installer.apply.undo",
    "installer.cluster.watching", "installer.cluster.access", "installer.flow.helm_binding", "installer.flow.plan_file",
    "installer.model.recorded",
}  # fmt: skip
MOST = 420
OF_NO_AUDIT = {
    *ELSEWHERE, "concurrent.futures", "logging", "gzip", "random", "installer.apply.journal",
}  # fmt: skip
PRINT = """
import json, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""

# What PyYAML's longest expression is: compiled, it takes ten milliseconds, and libyaml needs none.
EXPRESSION = """
import json, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(json.dumps([type(sys.modules["yaml"].reader.Reader.NON_PRINTABLE).__name__]), file=sys.stderr)
sys.exit(code)
"""

# The modules that are there when the first question is put, for which there are threads, as the last line but one.
FIRST = """
import json, sys, threading
first, start = [], threading.Thread.start
def starting(one):
    if not first:
        first.extend(sorted(sys.modules))
    start(one)
threading.Thread.start = starting
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(json.dumps(first), json.dumps(sorted(sys.modules)), sep="\\n", file=sys.stderr)
sys.exit(code)
"""


def told(script, recorded, folder, *words):
    """The lists that a script prints, of modules."""
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR).values())
    argv = [sys.executable, "-c", script, *words, "-o", "json", "--server", recorded.url, "--cache-dir", str(folder)]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [set(json.loads(line)) for line in done.stderr.splitlines() if line.startswith("[")]


def test_a_plan_loads_only_what_it_needs(recorded, tmp_path):
    (loaded,) = told(PRINT, recorded, tmp_path, "install", "--dry-run", "-q")
    assert sorted(loaded & ELSEWHERE) == []
    assert len(loaded) <= MOST


def judges(modules):
    """What an audit loads to judge."""
    groups = tuple(f"installer.audit.{one}." for one in GROUPS)
    return {one for one in modules if one.startswith(groups) or one == "installer.audit.engine"}


def test_an_audit_asks_before_it_loads_what_judges(recorded, tmp_path):
    first, loaded = told(FIRST, recorded, tmp_path, "audit")
    assert judges(first) == set()
    assert len(judges(loaded)) > 160
    assert sorted(loaded & OF_NO_AUDIT) == []


@pytest.mark.parametrize("words", [["audit"], ["install", "--dry-run", "-q"]])
def test_what_reads_with_libyaml_compiles_no_expressions(recorded, tmp_path, words):
    assert told(EXPRESSION, recorded, tmp_path, *words) == [{"_LatePattern"}]


@pytest.mark.parametrize(
    "words", [["--rule", "replicas-too-few"], ["--profile", "security"], ["--rhdh-version", "1.8"]]
)
def test_where_something_else_is_told_first_it_asks_later(recorded, tmp_path, words):
    first, _ = told(FIRST, recorded, tmp_path, "audit", *words)
    assert "installer.audit.engine" in first
