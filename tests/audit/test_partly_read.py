"""Of a kind that was read in some namespaces only, rules about operators never say that an object is not there."""

import dataclasses

import pytest

from installer.audit import kinds
from installer.audit.engine import verdict_of
from installer.audit.snapshot import Contents
from tests.audit.cases import cases
from tests.audit.test_rules import RULES

ELSEWHERE = frozenset({"elsewhere"})
ABSENCES = (
    ("serverless-operator-missing", "fail-none", kinds.SUBSCRIPTION),
    ("logic-operator-missing", "fail-none", kinds.SUBSCRIPTION),
    ("install-plan-pending", "fail-first", kinds.CSV),
    ("knative-not-ready", "fail-absent", kinds.EVENTING),
    ("platform-missing-or-multiple", "fail-none", kinds.PLATFORM),
    ("platform-services-unavailable", "fail", kinds.DEPLOYMENT),
    ("database-unreachable", "fail-endpoints", kinds.SERVICE),
    ("database-name-mismatch", "fail-secret", kinds.SECRET),
)


@pytest.mark.parametrize(("slug", "name", "kind"), ABSENCES, ids=[slug for slug, *_ in ABSENCES])
def test_absence_is_skipped(slug, name, kind):
    case = next(one for one in cases() if (one.slug, one.name) == (slug, name))
    assert verdict_of(case.contents, RULES[slug]).found
    partly = dataclasses.replace(case.source, within={kind: ELSEWHERE})
    verdict = verdict_of(Contents(partly), RULES[slug])
    assert verdict.found == ()
    assert any("was not read in namespace" in reason for reason in verdict.skipped)


def test_leftovers_are_skipped_where_their_operator_may_be():
    case = next(one for one in cases() if (one.slug, one.name) == ("operator-leftovers", "fail"))
    partly = dataclasses.replace(case.source, within={kinds.DEPLOYMENT: ELSEWHERE})
    found = verdict_of(Contents(partly), RULES["operator-leftovers"]).found
    assert {one.spot.ref.kind for one in found} == {"ClusterServiceVersion", "ValidatingWebhookConfiguration"}
