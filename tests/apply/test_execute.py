"""How a run that stops is left: to be taken up again, or over, because only a new plan goes on. On a recorded API."""

import base64
import json
from dataclasses import replace

import pytest

from installer.apply.execute import execute
from installer.apply.hands import Hands
from installer.apply.header import header_of, to_text
from installer.apply.journal import Entry, Journal
from installer.apply.writes import Moved
from installer.flow.live_runs import _outcome, counted_from_now
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import Edit, Infrastructure, Operator, Operators, Rollout, Run, Target, Upgrade, Writes
from tests.cluster.conftest import cluster, fake, nobodys  # noqa: F401 - fixtures
from tests.cluster.fake import named

EDIT = Edit(Ref("v1", "ConfigMap", "rhdh", "app-config"), {"data": {"a": "1"}}, {"data": {"a": "2"}})
INFRASTRUCTURE = Infrastructure("operators", "rhdh", {})
OPERATORS = Operators((Operator("logic-operator", "logic", "logic-operator.v1.37.0"),))
WRITES = Writes((EDIT,))
UPGRADE = Upgrade("hub", "rhdh", "chart", None, 1, {}, {"a": 1})
TARGET = Target("plain", "rhdh", "developer-hub", "1.8.0", None, None)


class Said:
    def __call__(self, line):
        pass

    def wait(self, what, last=""):
        pass

    def step(self, name, state):
        pass


class Head:
    """The Secret with a run's head, as the API keeps it; `silent` after so many marks."""

    def __init__(self, api, run, silent=99):
        self.text, self.marks, self.silent = to_text(header_of(run, "1", (), "")), 0, silent
        api.answers |= {f"PATCH /api/v1/namespaces/rhdh/secrets/rhdh-orchestrator-run-{run.id}": self.patch}

    def patch(self, asked):
        self.marks += 1
        if self.marks > self.silent:
            return 503, {}
        self.text = base64.b64decode(asked.body["data"]["header"]).decode()
        return 200, named("head", "rhdh", version=str(self.marks + 1))

    @property
    def end(self):
        header = json.loads(self.text)
        return header["state"], header["phase"]


def stopped(api, connect, steps, error, silent=99):
    """Carry out steps of which the last one raises."""
    run = Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", TARGET, steps)
    head = Head(api, run, silent)
    made = connect(timeout=3.0) if silent < 99 else connect()
    journal = Journal(made, run, Entry(header_of(run, "1", (), ""), "uid", "1"))

    def carry(step, _hands):
        if step is steps[-1]:
            raise error

    hands = Hands(made, TARGET, lambda: None, Said(), lambda: None)
    return _outcome(journal, lambda: execute(journal, hands, carry)), head


def error(code):
    return InstallerError(Problem(code, "m", None, "run the command again", ExitCode.CONFLICT))


@pytest.mark.parametrize(
    ("steps", "raised", "is_over"),
    [
        ((INFRASTRUCTURE, OPERATORS), error("operator-moved"), True),
        ((INFRASTRUCTURE, OPERATORS), error("subscription-missing"), True),
        ((INFRASTRUCTURE, OPERATORS), error("operator-not-ready"), False),
        ((INFRASTRUCTURE, OPERATORS), error("csv-failed"), False),
        ((INFRASTRUCTURE, UPGRADE), error("release-changed"), True),
        ((INFRASTRUCTURE, UPGRADE), error("release-pending"), False),
        ((WRITES, UPGRADE), error("release-changed"), False),
        ((INFRASTRUCTURE, WRITES), Moved(Problem("object-changed", "m"), untouched=True), True),
        ((INFRASTRUCTURE, WRITES), Moved(Problem("object-changed", "m"), untouched=False), False),
    ],
)
def test_a_plan_that_is_out_of_date_is_not_taken_up_again(fake, cluster, steps, raised, is_over):  # noqa: F811
    outcome, head = stopped(fake, cluster, steps, raised)
    assert head.end == ("failed", "over" if is_over else "forward")
    codes = [one.code for one in outcome.problems]
    assert codes == [raised.problems[0].code, *([] if is_over else ["run-stopped"])]
    assert [one.state for one in outcome.steps] == ["done", "failed"]


def test_the_step_that_failed_is_told_though_the_api_is_gone(fake, cluster):  # noqa: F811
    outcome, head = stopped(fake, cluster, (WRITES, UPGRADE), error("api-unreachable"), silent=3)
    assert head.end == ("running", "forward")
    assert [one.state for one in outcome.steps] == ["done", "failed"]


def test_a_rollout_is_counted_from_the_first_write(fake, cluster):  # noqa: F811
    workload = Ref("apps/v1", "Deployment", "rhdh", "developer-hub")
    now = {"metadata": {"name": "developer-hub", "namespace": "rhdh", "generation": 7}}
    fake.answers["GET /apis/apps/v1/namespaces/rhdh/deployments/developer-hub"] = 200, now
    steps = (WRITES, Rollout(workload, "operator", 4))
    run = Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", TARGET, steps)
    assert counted_from_now(cluster(), run).steps == (WRITES, Rollout(workload, "operator", 7))


@pytest.mark.parametrize("edited", [False, True])
def test_what_is_kept_is_no_matter_for_another_undo(fake, cluster, edited):  # noqa: F811
    """A new pod crashed, and the ConfigMap is as the run wrote it, or edited by somebody since."""
    steps = (WRITES, Rollout(Ref("apps/v1", "Deployment", "rhdh", "developer-hub"), "operator", 4))
    run = Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", TARGET, steps)
    head = Head(fake, run)
    there = "by somebody" if edited else "2"
    fake.answers["GET /api/v1/namespaces/rhdh/configmaps/app-config"] = (
        200,
        named("app-config", "rhdh", data={"a": there}),
    )
    connected = cluster()
    header = replace(header_of(run, "1", (), ""), begun=1, phase="restoring")
    journal = Journal(connected, run, Entry(header, "uid", "1"))
    outcome = _outcome(journal, lambda: execute(journal, Hands(connected, TARGET, lambda: None, Said(), lambda: None)))
    last = outcome.problems[-1]
    assert (last.code, last.exit) == ("not-restored", ExitCode.NOT_RESTORED)
    assert head.end == (("failed", "over") if edited else ("failed", "restoring"))
    assert ("rhdh-orchestrator undo" in last.fix) is not edited
