"""What `apply` says at its end."""

import pytest

from installer.apply.header import Mark
from installer.flow.live_install import told
from installer.flow.live_runs import Outcome
from installer.model.errors import Problem

STEPS = (Mark("write: ConfigMap rhdh/app-config", "done"), Mark("verify", "pending"))


@pytest.mark.parametrize(("problems", "end"), [((), "verified"), ((Problem("x", "it failed"),), "not finished")])
def test_how_each_step_and_the_run_ended(problems, end):
    assert told(Outcome("20260131-120000-1a2b", STEPS, problems)).splitlines() == [
        "done     write: ConfigMap rhdh/app-config",
        "pending  verify",
        f"run 20260131-120000-1a2b: {end}",
    ]
