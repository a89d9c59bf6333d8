"""What is said of each step to whoever reads a plan."""

import pytest

from installer.model.change import Ref
from installer.model.run import Edit, Infrastructure, Operator, Operators, Rollout, Upgrade, Verify, Writes
from installer.plan.step_words import explained

PORTAL = Ref("apps/v1", "Deployment", "rhdh", "portal")
EDIT = Edit(Ref("v1", "ConfigMap", "rhdh", "app-config"), None, {"data": {"x": "pass: s3cr3t"}})
STEPS = [
    (Infrastructure("operators", "rhdh", {"p": "s3cr3t"}), "Subscriptions"),
    (Infrastructure("knative", "rhdh", {}), "until they are Ready"),
    (Infrastructure("platform", "rhdh", {}), "data index, jobs service and database"),
    (Operators((Operator("one", "ns", "one.v1"),)), "exactly their InstallPlans"),
    (Writes((EDIT,)), "as the diff says"),
    (Writes((EDIT, EDIT)), "as the diff says, back to back"),
    (Upgrade("hub", "rhdh", "oci://host/chart", "1.0", 3, {"p": "s3cr3t"}, {}), "its chart oci://host/chart"),
    (Rollout(PORTAL, "operator", 1), "by RHDH's operator"),
    (Rollout(PORTAL, "plain", 1), "by us; a new pod that fails brings the old configuration back"),
    (Verify(("@redhat/x",), "rhdh"), "data index"),
]


@pytest.mark.parametrize(("step", "words"), STEPS, ids=[words for _, words in STEPS])
def test_a_step_is_explained_in_one_line(step, words):
    said = explained(step)
    assert words in said
    assert "\n" not in said
    assert "s3cr3t" not in said
