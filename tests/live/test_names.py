"""Two RHDHs of one name in one namespace, at once and one after the other. On recorded clusters."""

import pytest

from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named
from tests.live.journals import NAME, journal_of


def test_two_at_once_are_told_apart_and_not_mixed(recorded, ask):
    """Each would take the other's Lease and go on with the other's runs."""
    plain = named("plainDeployment")["plainDeployment"]
    plain["metadata"]["name"] = NAME
    recorded.objects = [*named(*PORTAL).values(), plain]
    for command in ("status", "install", "resume", "undo", "restart"):
        (error,) = ask(command, "--instance", f"rhdh/{NAME}").document["errors"]
        assert error["code"] == "instance-ambiguous"
        assert f"rhdh/{NAME} (operator), rhdh/{NAME} (plain)" in error["message"]
        assert "rename one of them" in error["fix"]


@pytest.mark.parametrize("command", ["resume", "undo", "install"])
def test_a_run_of_one_that_had_the_name_before_is_left_alone(command, recorded, ask):
    recorded.objects = [*named(*PORTAL, *ORCHESTRATOR).values(), *journal_of("plain")]
    said = ask(command, "--yes")
    (error,) = said.document["errors"]
    assert (said.code, error["code"]) == (ExitCode.CONFLICT, "run-of-another"), error
    assert "of flavour plain; the one of that name is operator now" in error["message"]
    assert "kubectl delete secrets -l rhdh-orchestrator/run=20260131-120000-1a2b -n rhdh" in error["fix"]
    assert {one.method for one in recorded.asked} == {"GET"}


def test_a_run_of_its_own_is_asked_about(recorded, ask):
    recorded.objects = [*named(*PORTAL, *ORCHESTRATOR).values(), *journal_of("operator")]
    for command in ("resume", "undo"):
        said = ask(command)
        assert (said.code, said.result["run"]) == (ExitCode.UNCONFIRMED, "20260131-120000-1a2b")
