"""Recorded clusters made of objects.yaml, and the program run against them in this process."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from installer.cli.boundary import run
from tests.cluster.conftest import nobodys  # noqa: F401 - applies to every test of this folder
from tests.cluster.fake import served
from tests.live.recorded import Recorded
from tests.live.worlds import portals, program, proxy, ready_world  # noqa: F401 - fixtures of this folder

OBJECTS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("objects.yaml").read_text(encoding="utf-8"))
PORTAL = ("backstage", "deployment", "oldReplicaSet", "replicaSet", "pod", "operatorPlugins", "plugins", "appConfig")
ORCHESTRATOR = (
    "serverlessSubscription", "serverlessCSV", "copiedCSV", "logicSubscription", "logicCSV", "serving", "eventing",
    "platform", "dataIndex",
)  # fmt: skip


def named(*names: str) -> dict[str, Any]:
    """Copies of objects by their names in objects.yaml."""
    return {name: copy.deepcopy(OBJECTS[name]) for name in names}


def put(target: Any, path: list[str], value: Any) -> None:
    """Set what stands at a path (numbers count into lists); null removes it."""
    *way, last = path
    for part in way:
        target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
    if value is None:
        target.pop(last)
    else:
        target[last] = value


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    with served(Recorded()) as running:
        assert isinstance(running, Recorded)
        yield running


@pytest.fixture
def ask(recorded: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    """Run a live command on the recorded cluster: words -> (code, document, err)."""

    def answer(*words: str) -> SimpleNamespace:
        capsys.readouterr()
        options = ["--server", recorded.url, "--cache-dir", str(tmp_path / "cache")]
        code = run([*words, *options, "-o", "json"])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, document=json.loads(out), result=json.loads(out)["result"], err=err)

    return answer
