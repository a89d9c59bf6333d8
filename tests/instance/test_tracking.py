"""Who keeps an object as Git says: marks, and a label that Argo CD shares with others."""

import re
from pathlib import Path

import pytest

from installer.instance.tracking import application_of, keeper_of
from tests.tables import table

CASES = table(Path(__file__).with_name("tracking.yaml"))


def listed(words):
    group, kind, namespace, name = re.fullmatch(r"(?:(\S+)/)?(\w+) (\S+)/(\S+)", words).groups()
    # As Argo CD writes it: the core group is left out.
    return {"version": "v1", "kind": kind, "namespace": namespace, "name": name} | ({"group": group} if group else {})


def application(address, kept):
    namespace, name = address.split("/")
    status = {} if kept is None else {"status": {"resources": list(map(listed, kept))}}
    return {"metadata": {"namespace": namespace, "name": name}, **status}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    metadata = {"name": "app-config", "namespace": "portal", "ownerReferences": case.get("owners", [])}
    metadata |= {key: case[key] for key in ("labels", "annotations") if key in case}
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    applications = [application(*pair) for pair in case.get("applications", {}).items()]
    assert keeper_of(one) == case["keeper"]
    assert application_of(one, applications) == case["application"]


def test_what_is_no_application_keeps_nothing():
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"app.kubernetes.io/instance": "portal"}}}
    for broken in ({}, {"metadata": None}, {"metadata": "portal"}):
        assert application_of(one, [broken]) is None
    named = {"metadata": {"name": "portal", "namespace": "gitops"}}
    for resources in ("x", ["x"], [{"kind": 5}], {}):
        application_of(one, [{**named, "status": {"resources": resources}}])
