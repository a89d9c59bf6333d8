"""Who goes on with a run is asked for every permission first, as who begins one is. On recorded clusters."""

import pytest

from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named
from tests.live.journals import journal_of

WITHHELD = ("patch secrets", "create leases", "patch configmaps")


@pytest.mark.parametrize("command", ["resume", "undo", "install"])
def test_every_missing_verb_is_named_before_the_first_write(command, recorded, ask):
    recorded.objects = [*named(*PORTAL, *ORCHESTRATOR).values(), *journal_of("operator")]
    recorded.denied = frozenset(WITHHELD)
    said = ask(command, "--yes")
    assert said.code == ExitCode.DENIED
    told = " ".join(one["message"] for one in said.document["errors"])
    assert "patch secrets in namespace rhdh" in told
    assert "create leases.coordination.k8s.io in namespace rhdh" in told
    written = [path for path in recorded.paths() if not path.startswith("GET ") and not path.endswith("reviews")]
    assert written == []


def test_nobody_is_asked_for_a_permission_without_need(recorded, ask):
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR).values())
    recorded.denied = frozenset(WITHHELD)
    for command in ("resume", "undo"):
        said = ask(command, "--yes")
        assert (said.code, said.result["run"], said.result["steps"]) == (ExitCode.OK, None, [])
    assert {one.method for one in recorded.asked} == {"GET"}
