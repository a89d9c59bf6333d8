"""The hook for pre-commit and the snippets for CI of docs/audit.md: they run, and say no where they should."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.audit.reporting import BASE, lay
from tests.tables import table

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
SNIPPETS = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)]
(HOOK,) = table(ROOT / ".pre-commit-hooks.yaml")


@pytest.fixture
def shop(tmp_path):
    """A checkout with the program on the PATH; `healthy` has nothing that a gate would refuse."""
    shim = tmp_path / "bin" / "rhdh-orchestrator"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m installer "$@"\n')
    shim.chmod(0o755)
    lay(tmp_path)
    (tmp_path / "healthy").mkdir()
    (tmp_path / "healthy" / "rhdh.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def shell(script, folder, **env):
    """As CI runs a step: bash that stops at the first error."""
    paths = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["bash", "-e", "-o", "pipefail", "-c", script]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **paths, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def snippet(key):
    (found,) = [one for one in SNIPPETS if isinstance(one, dict) and key in one]
    return found


# -- pre-commit


def test_the_hook_starts_the_program_and_lists_what_pre_commit_wants():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert shlex.split(HOOK["entry"])[0] in scripts
    assert HOOK["language"] == "python"
    assert HOOK["pass_filenames"] is False
    known = {"id", "name", "description", "entry", "args", "language", "files", "pass_filenames", "require_serial"}
    assert set(HOOK) == known
    assert [bool(re.search(HOOK["files"], name)) for name in ("a/b.yaml", "c.yml", "d.txt")] == [True, True, False]


@pytest.mark.parametrize(("folder", "code"), [("manifests", ExitCode.FINDINGS), ("healthy", ExitCode.OK)])
def test_the_hook(shop, folder, code):
    command = shlex.join([*shlex.split(HOOK["entry"]), *HOOK["args"]])
    done = shell(f"cd {folder}; {command}", shop)
    assert done.returncode == code, done.stderr
    assert ("CRITICAL  logic-operator-twice" in done.stdout) == bool(code)


def test_the_hook_as_the_docs_use_it(shop):
    ((repo,),) = [one["repos"] for one in SNIPPETS if isinstance(one, dict) and "repos" in one]
    (used,) = repo["hooks"]
    assert used["id"] == HOOK["id"]
    (shop / "exceptions.yaml").write_text("exceptions: []\n")
    done = shell(shlex.join([*shlex.split(HOOK["entry"]), *used["args"]]), shop)
    assert done.returncode == ExitCode.FINDINGS, done.stderr


def test_pre_commit_itself_takes_the_hook(tmp_path):
    checked = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "No module named pre_commit" in checked.stderr:
        pytest.skip("pre-commit is not installed: it did NOT look at .pre-commit-hooks.yaml itself")
    assert checked.returncode == 0, checked.stdout


# -- CI


def test_the_steps_for_github(shop):
    steps = snippet("jobs")["jobs"]["audit"]["steps"]
    (script,) = [one["run"] for one in steps if one.get("name") == "audit"]
    done = shell(script, shop, GITHUB_STEP_SUMMARY=str(shop / "summary.md"))
    assert done.returncode == ExitCode.FINDINGS, done.stderr
    assert (shop / "summary.md").read_text(encoding="utf-8").startswith("## Audit of RHDH")
    (upload,) = [one for one in steps if "upload-sarif" in one.get("uses", "")]
    assert upload["if"].startswith("always()")
    (run,) = json.loads((shop / upload["with"]["sarif_file"]).read_text(encoding="utf-8"))["runs"]
    files = [
        location["physicalLocation"]["artifactLocation"]["uri"]
        for one in run["results"]
        for location in one["locations"]
        if "physicalLocation" in location
    ]
    assert files
    assert all(uri.startswith("manifests/") for uri in files)


def test_the_job_for_gitlab(shop):
    job = snippet("audit")["audit"]
    install, *script = job["script"]
    assert install.startswith("pip install")
    done = shell("\n".join(script), shop)
    assert done.returncode == ExitCode.FINDINGS, done.stderr
    (page,) = job["artifacts"]["paths"]
    assert (shop / page).read_text(encoding="utf-8").startswith("<!doctype html>")
    root = ET.fromstring((shop / job["artifacts"]["reports"]["junit"]).read_text(encoding="utf-8"))  # noqa: S314
    assert int(root.get("failures")) > 0


# -- what is loaded

PROBE = """
import json, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
loaded = [name for name in sys.modules if name.startswith("installer.cli.reports")]
print(json.dumps([code, loaded]), file=sys.stderr)
"""


@pytest.mark.parametrize(("output", "loaded"), [("json", set()), ("sarif", {"", ".audited", ".sarif", ".sarif_rules"})])
def test_a_format_is_loaded_where_it_is_asked_for(shop, output, loaded):
    words = ["audit", "--directory", "healthy", "-o", output]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], cwd=shop, env=env, capture_output=True, text=True, timeout=60, check=True
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert set(modules) == {f"installer.cli.reports{name}" for name in loaded}
