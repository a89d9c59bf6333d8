"""What an Argo CD keeps by a label that charts use too is left to Git. On recorded clusters."""

import pytest

from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named

LABEL = {"app.kubernetes.io/instance": "portal"}
APPLICATIONS = "GET /apis/argoproj.io/v1alpha1/applications"


@pytest.fixture
def labelled(recorded):
    """An RHDH one of whose objects bears the label, beside an Argo CD whose Application lists objects."""

    def make(name, *listed, others=()):
        made = named(*PORTAL, *ORCHESTRATOR, "application", *others)
        made[name]["metadata"].setdefault("labels", {}).update(LABEL)
        made["application"]["status"]["resources"] = [
            {"group": group, "kind": kind, "namespace": "rhdh", "name": called} for group, kind, called in listed
        ]
        recorded.objects = list(made.values())

    return make


PLUGINS = ("", "ConfigMap", "dynamic-plugins-rhdh")
RESOURCE = ("rhdh.redhat.com", "Backstage", "developer-hub")


@pytest.mark.parametrize(
    ("name", "listed", "owner"), [("plugins", PLUGINS, "argocd"), ("backstage", RESOURCE, "person")]
)
def test_what_an_application_lists_is_left_to_git(name, listed, owner, labelled, recorded, ask):
    labelled(name, listed)
    said = ask("install", "--yes", "--skip-operators")
    assert (said.code, [one["code"] for one in said.document["errors"]]) == (ExitCode.FINDINGS, ["managed-by-gitops"])
    assert "Argo CD" in said.document["errors"][0]["message"]
    changed = {one["ref"]["name"]: one["owner"] for one in said.document["changes"]}
    assert changed["dynamic-plugins-rhdh"] == owner, changed
    assert recorded.paths().count(APPLICATIONS) == 1


@pytest.mark.parametrize("listed", [(), (("", "ConfigMap", "another"),)])
def test_a_label_alone_is_no_proof(listed, labelled, recorded, ask):
    labelled("plugins", *listed, ("", "Secret", "dynamic-plugins-rhdh"))
    assert ask("install", "--dry-run", "--skip-operators").document["errors"] == []
    assert recorded.paths().count(APPLICATIONS) == 1


def test_without_the_label_nobody_asks(recorded, ask):
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR, "application").values())
    assert ask("install", "--dry-run", "--skip-operators").document["errors"] == []
    assert APPLICATIONS not in recorded.paths()


def test_who_may_not_look_goes_by_the_marks_alone(labelled, recorded, ask):
    labelled("plugins", PLUGINS)
    recorded.denied = frozenset({"list applications"})
    assert ask("install", "--dry-run", "--skip-operators").document["errors"] == []


@pytest.mark.parametrize("words", [[], ["--yes"]])
def test_a_restart_is_left_to_git_too(words, labelled, recorded, ask):
    labelled("backstage", RESOURCE)
    said = ask("restart", *words)
    assert [one["code"] for one in said.document["errors"]] == ["managed-by-gitops"]
    assert {one.method for one in recorded.asked} == {"GET"}
