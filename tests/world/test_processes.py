"""A world ends whole: with its parent, however that dies; and a part of it can die and come back."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.world.api import Api, config_map
from tests.world.processes import FOLDER, Child, born, wait_for
from tests.world.world import World, start_api_server

STARTER = """
import json, sys, time
from pathlib import Path
from tests.world.world import start_world
world = start_world(olm=False)
world.save(Path(sys.argv[1]))
time.sleep(600)
"""


def test_world_ends_with_a_killed_parent(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    argv = [sys.executable, "-c", STARTER, state]
    with subprocess.Popen(argv, cwd=FOLDER.parent.parent) as parent:
        loaded = wait_for("the world", lambda: state.exists() and json.loads(state.read_text(encoding="utf-8")))
        parent.send_signal(signal.SIGKILL)
    pids = [(one["pid"], one["born"]) for one in loaded["children"]]
    wait_for("its processes to end", lambda: not any(born(pid) == since for pid, since in pids), seconds=20)
    assert len(pids) == 6
    # Nobody was left to do this.
    shutil.rmtree(loaded["folder"])


def test_api_server_dies_and_comes_back_with_its_data(bare_world: World) -> None:
    api = bare_world.api
    api.apply(config_map("kept", "default", {"key": "value"}))
    bare_world.end("api")
    with pytest.raises(requests.ConnectionError):
        api.get("v1", "ConfigMap", "kept", "default")
    start_api_server(bare_world)
    assert Api(bare_world.kubeconfig).get("v1", "ConfigMap", "kept", "default")["data"] == {"key": "value"}


def test_a_reused_number_is_not_ours() -> None:
    """Nothing but the very process that was started is ended."""
    with subprocess.Popen(["sleep", "60"]) as other:
        Child("other", other.pid, "1", Path("/dev/null")).end(gently=False)
        assert other.poll() is None
        Child("other", other.pid, born(other.pid), Path("/dev/null")).end(gently=True)
        assert wait_for("its end", lambda: born(other.pid) == "") is True
