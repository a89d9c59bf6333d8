"""`wait` for an API that does not answer: for a while, and never. On recorded clusters and on nothing at all."""

import socket
import time

import pytest

from installer.cluster.options import ConnectionOptions
from installer.flow.live_wait import wait
from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named


class Said:
    """Whom a command tells what it waits for."""

    def __init__(self):
        self.lines = []

    def __call__(self, line):
        self.lines.append(line)

    def wait(self, what, last=""):
        self.lines.append(f"{what}: {last}")


@pytest.fixture
def deaf():
    """An address where somebody listens and nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_an_api_that_never_answers_ends_it_early(deaf, tmp_path):
    options = ConnectionOptions(server=deaf, cache_dir=str(tmp_path), timeout=900.0, request_timeout=1.0)
    said, began = Said(), time.monotonic()
    report = wait(options, None, progress=said, first=3.5)
    assert [(one.code, one.exit) for one in report.errors] == [("api-unreachable", ExitCode.UNREACHABLE)]
    assert time.monotonic() - began < 3.5 + 5
    assert any("gave no answer" in line for line in said.lines)


def test_one_that_has_answered_is_waited_for(recorded, tmp_path):
    """The time for the first answer is short; what is missing then has all the time."""
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR).values())
    platform = next(one for one in recorded.objects if one["kind"] == "SonataFlowPlatform")
    ready, platform["status"] = platform["status"], {}

    class Later(Said):
        def wait(self, what, last=""):
            super().wait(what, last)
            if len(self.lines) == 2:
                platform["status"] = ready

    options = ConnectionOptions(server=recorded.url, cache_dir=str(tmp_path), timeout=60.0)
    report = wait(options, None, progress=Later(), first=3.5)
    assert report.errors == ()
    assert report.result["healthy"]
