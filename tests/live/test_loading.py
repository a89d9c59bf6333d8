"""What a plan on a cluster loads: loading is most of what a command with nothing to do costs, so this is its budget."""

import json
import subprocess
import sys
from pathlib import Path

from tests.live.conftest import ORCHESTRATOR, PORTAL, named

ROOT = Path(__file__).parents[2]
# Packages and rooms that only other commands need, or only what is carried out.
ELSEWHERE = {
    "kubernetes", "urllib3", "requests", "oauthlib", "requests_oauthlib", "websocket", "pydantic", "openshift_client",
    "ruamel", "semver", "rich", "importlib.metadata", "subprocess", "zipfile", "unittest",
    "installer.directory", "installer.programs", "installer.registries.npm", "installer.registries.transport",
    "installer.apply.execute", "installer.apply.lease", "installer.apply.steps", "installer.apply.undo",
    "installer.cluster.watching", "installer.cluster.access", "installer.flow.helm_binding", "installer.flow.plan_file",
    "installer.model.recorded",
}  # fmt: skip
MOST = 420
PRINT = """
import json, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def test_a_plan_loads_only_what_it_needs(recorded, tmp_path):
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR).values())
    words = ["install", "--dry-run", "-q", "-o", "json", "--server", recorded.url, "--cache-dir", str(tmp_path)]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    argv = [sys.executable, "-c", PRINT, *words]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert sorted(loaded & ELSEWHERE) == []
    assert len(loaded) <= MOST
