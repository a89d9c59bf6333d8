"""A login program under a clock: its answer is passed on, and one that hangs is ended with all it started."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from installer.cluster import connect
from installer.cluster.options import ConnectionOptions
from installer.model.errors import ExitCode, InstallerError
from installer.programs import login_child

CHILD = Path(login_child.__file__)


def run(seconds: float, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-S", str(CHILD), str(seconds), *command]
    return subprocess.run(argv, input=given, capture_output=True, text=True, check=False, timeout=60)


def test_everything_of_the_program_is_passed_on() -> None:
    script = "import os, sys; print(input()); print(os.environ['PATH'] != '', file=sys.stderr); sys.exit(3)"
    done = run(30, sys.executable, "-c", script, given="hello\n")
    assert (done.returncode, done.stdout, done.stderr) == (3, "hello\n", "True\n")


def test_a_program_that_is_not_there() -> None:
    done = run(30, "/no/such/program")
    assert done.returncode == login_child.MISSING
    assert "No such file" in done.stderr


def test_one_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "note"
    script = f"trap '' TERM; (sleep 4; touch {note}) & sleep 60"
    assert run(0.5, "/bin/sh", "-c", script).returncode == login_child.ENDED
    time.sleep(2.5)
    assert not note.exists(), "its child went on"


def test_a_command_ends_when_the_login_hangs(tmp_path: Path) -> None:
    login = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["120"],
             "interactiveMode": "Never"}  # fmt: skip
    config = {
        "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "clusters": [{"name": "one", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "one", "user": {"exec": login}}],
    }
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    began = time.monotonic()
    with pytest.raises(InstallerError, match=r"sleep, which the kubeconfig runs .* did not end") as caught:
        connect.connect(ConnectionOptions(kubeconfig=str(file), timeout=1))
    assert caught.value.exit is ExitCode.UNREACHABLE
    assert time.monotonic() - began < 20


def test_the_program_gets_what_kubectl_gives_it(tmp_path: Path) -> None:
    """KUBERNETES_EXEC_INFO goes through, and the credential comes back."""
    credential = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "t"}}
    script = f"import os, json; json.loads(os.environ['KUBERNETES_EXEC_INFO']); print({json.dumps(credential)!r})"
    login = {"apiVersion": credential["apiVersion"], "command": sys.executable, "args": ["-c", script]}
    config = {
        "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "clusters": [{"name": "one", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "one", "user": {"exec": login}}],
    }
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    connect.connect(ConnectionOptions(kubeconfig=str(file), cache_dir=str(tmp_path / "cache"))).close()
