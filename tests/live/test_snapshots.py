"""Two ends compare as equal only where nothing differs that a person would see."""

import copy

import pytest

from tests.live.snapshots import differences, made_for_the_plugins, reduced, without_secrets

DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "hub", "namespace": "one", "uid": "1", "resourceVersion": "7", "generation": 2},
    "spec": {
        "template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}, "spec": {"a": [1]}}
    },
    "status": {"replicas": 1},
}


def changed(**spec):
    made = copy.deepcopy(DEPLOYMENT)
    made["metadata"] |= {"uid": "2", "resourceVersion": "9", "generation": 3}
    made["spec"]["template"] = {"metadata": {}, "spec": {"a": [1], **spec}}
    made["status"] = {}
    return made


def state_of(*objects):
    return dict(map(reduced, objects))


def test_stamps_and_restarts_are_no_difference():
    assert differences(state_of(DEPLOYMENT), state_of(changed())) == []


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([changed(b=2)], ["~ Deployment/hub: .spec.template.spec.b: null -> 2"]),
        ([changed(a=[2])], ["~ Deployment/hub: .spec.template.spec.a[0]: 1 -> 2"]),
        ([changed(a=[1, 2])], ["~ Deployment/hub: .spec.template.spec.a: [1] -> [1, 2]"]),
        ([], ["- Deployment/hub"]),
        ([changed(), {"kind": "Secret", "metadata": {"name": "new"}}], ["+ Secret/new"]),
    ],
)
def test_everything_else_is(after, said):
    assert differences(state_of(DEPLOYMENT), state_of(*after)) == said


def test_drawn_passwords_are_told_by_their_keys():
    secret = {"kind": "Secret", "metadata": {"name": "one"}, "data": {"password": "YQ=="}}
    other = {**secret, "data": {"password": "Yg=="}}
    assert differences(state_of(secret), state_of(other)) != []
    assert differences(without_secrets(state_of(secret)), without_secrets(state_of(other))) == []


def test_what_we_made_is_told_by_its_label():
    labels = {"app.kubernetes.io/managed-by": "rhdh-orchestrator"}
    mine = {"kind": "ConfigMap", "metadata": {"name": "mine", "labels": labels}}
    database = {"kind": "Secret", "metadata": {"name": "sonataflow-psql-postgresql", "labels": labels}}
    assert made_for_the_plugins(state_of(mine, database, DEPLOYMENT)) == {"ConfigMap/mine"}
