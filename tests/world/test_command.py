"""scripts/world gives a person the same world: up, usable from another process, down without a trace."""

import os
import subprocess
from pathlib import Path

from tests.world.api import Api
from tests.world.processes import FOLDER
from tests.world.rhdh import NAME
from tests.world.world import load

SCRIPT = FOLDER.parent.parent / "scripts" / "world"


def test_up_status_down(tmp_path: Path, kubectl_binary: Path) -> None:
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}

    def world(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False, env=env)

    assert (world("status").returncode, world("down").returncode) == (1, 0)
    started = world("up", "--sample", "--openshift")
    assert started.returncode == 0, started.stderr
    [state] = tmp_path.rglob("world.json")
    loaded = load(state)
    try:
        kubeconfig = started.stdout.split("KUBECONFIG=")[1].splitlines()[0]
        helm = started.stdout.split("RHDH_ORCHESTRATOR_HELM=")[1].split()[0]
        assert os.access(helm, os.X_OK)
        assert world("status").stdout == started.stdout == world("up").stdout
        argv = [kubectl_binary, "--kubeconfig", kubeconfig, "get", "deployments,routes", "-n", "rhdh", "-o", "name"]
        found = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
        assert found == [f"deployment.apps/backstage-{NAME}", f"route.route.openshift.io/backstage-{NAME}"]
        assert Api(Path(kubeconfig)).find("v1", "Namespace", "rhdh") is not None
    finally:
        ended = world("down")
    assert ended.returncode == 0, ended.stderr
    assert [one.name for one in loaded.children if one.alive()] == []
    assert (loaded.folder.exists(), state.exists()) == (False, False)
