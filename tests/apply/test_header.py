"""The readable head of a run: how far it has come, and nothing that it writes."""

from dataclasses import replace

import pytest

from installer.apply.header import FINISHED, Mark, Part, from_text, header_of, to_text
from installer.apply.journal import label_of
from installer.model.change import Ref
from installer.model.run import Edit, Rollout, Run, Target, Upgrade, Writes

WORKLOAD = Ref("apps/v1", "Deployment", "rhdh", "developer-hub")
CANARY = "c4n4ry"
RUN = Run(
    "20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00",
    Target("plain", "rhdh", "developer-hub", "1.6.0", None, WORKLOAD),
    (
        Writes((Edit(Ref("v1", "Secret", "rhdh", "npmrc"), None, {"data": {"npmrc": CANARY}}),)),
        Upgrade("hub", "rhdh", "chart", None, 1, {"password": CANARY}, {"password": CANARY, "a": 1}),
        Rollout(WORKLOAD, "plain", 1),
    ),
)  # fmt: skip
HEADER = header_of(RUN, "1.0", (Part("a", "u"),), "0" * 64)


def test_it_survives_as_text():
    marked = HEADER.marked(1, "done")
    assert from_text(to_text(marked)) == marked
    assert [one.state for one in marked.steps] == ["pending", "done", "pending"]


def test_it_holds_no_value():
    text = to_text(HEADER)
    assert CANARY not in text
    assert "write: Secret rhdh/npmrc" in text
    assert HEADER.steps[2] == Mark("rollout: Deployment rhdh/developer-hub", "pending")


@pytest.mark.parametrize("state", ["running", "interrupted", "failed", *FINISHED])
@pytest.mark.parametrize("phase", ["forward", "undoing", "restoring", "over"])
def test_what_may_be_taken_up(state, phase):
    assert replace(HEADER, state=state, phase=phase).is_open == (phase != "over" and state not in FINISHED)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "run": "x"}', "null"])
def test_what_is_no_head(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_text(text)


def test_a_long_name_as_a_label():
    long = "a" * 200
    assert label_of("developer-hub") == "developer-hub"
    assert len(label_of(long)) == 63
    assert label_of(long) != label_of(long + "b")


@pytest.mark.parametrize(
    ("states", "phase", "only"),
    [
        (("done", "done", "failed"), "forward", True),
        (("done", "done", "pending"), "forward", True),
        (("done", "skipped", "pending"), "forward", True),
        (("done", "failed", "pending"), "forward", False),
        (("done", "done", "failed"), "undoing", False),
        (("done", "done", "failed"), "restoring", False),
        (("done", "done", "failed"), "over", False),
    ],
)
def test_what_has_only_to_look(states, phase, only):
    """Its pod may be older than the configuration, which a restart cures: that may not wait for the run."""
    names = ("infrastructure: platform", "rollout: Deployment rhdh/developer-hub", "verify")
    steps = tuple(map(Mark, names, states))
    assert replace(HEADER, steps=steps, phase=phase).has_only_to_look is only
    assert not replace(HEADER, steps=steps[:2], phase=phase).has_only_to_look
    assert not replace(HEADER, steps=(), phase=phase).has_only_to_look
