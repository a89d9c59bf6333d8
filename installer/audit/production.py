"""The eight requirements of a production installation, each with the rules that decide it. Judges nothing itself."""

from collections.abc import Iterable
from typing import Literal

from installer.audit.engine import Judgement
from installer.audit.finding import Finding
from installer.model.dataclass import dataclass


@dataclass(frozen=True)
class Requirement:
    """One requirement: a finding of one of `rules` says that it is not met, a rule that could not judge that it is
    unknown. `also` are rules whose findings speak against it, and whose silence, skipped or not, says nothing.
    """

    number: int
    title: str
    rules: tuple[str, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequirementVerdict:
    requirement: Requirement
    verdict: Literal["met", "not-met", "unknown"]
    evidence: tuple[str, ...]


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        1,
        "Long-running workflows survive",
        ("workflow-without-persistence", "workflow-dev-profile", "platform-services-unavailable", "platform-not-ready"),
        ("dev-service-with-infrastructure",),
    ),
    Requirement(
        2,
        "Running instances are persisted",
        (
            *("platform-without-persistence", "workflow-without-persistence", "database-secret-missing"),
            *("database-unreachable", "local-database-in-production"),
        ),
        ("database-name-mismatch", "database-creation-failed", "database-credentials-stale", "notifications-in-memory"),
    ),
    Requirement(3, "Events are not lost", ("broker-missing", "broker-in-memory")),
    Requirement(
        4,
        "The installation scales",
        ("replicas-too-few", "resource-limits-missing"),
        ("plugins-volume-not-shareable", "backstage-not-deployed"),
    ),
    Requirement(
        5,
        "Changes go through pipelines",
        ("workflow-image-untrusted", "automatic-approval", "workflow-dev-profile"),
        (
            *("operator-owned-config-edited", "helm-owned-config-edited", "gitops-owned-object", "unpinned-oci-tag"),
            *("argocd-project-missing", "argocd-label-missing", "tekton-pipeline-missing"),
        ),
    ),
    Requirement(
        6,
        "Credentials are kept outside",
        ("literal-secret-in-config", "workflow-literal-credentials", "database-password-default"),
        ("external-access-token-weak", "npmrc-insecure", "backend-secret-missing"),
    ),
    Requirement(
        7,
        "Workloads are isolated",
        ("network-blocks-rhdh", "cluster-admin-service-account", "argocd-project-wildcard"),
        ("network-assumes-rhdh-operator", "network-omits-operator", "workflow-namespace-unlabelled"),
    ),
    Requirement(
        8,
        "Access is authorised and administered",
        ("rbac-disabled", "guest-sign-in", "orchestrator-without-permissions", "orchestrator-admin-missing"),
        (
            *("permission-names-obsolete", "permission-deny-shadowed", "external-access-token-weak"),
            *("cluster-admin-service-account", "tls-verification-off"),
        ),
    ),
)


def judge_production(judgement: Judgement, judged: Iterable[str]) -> tuple[RequirementVerdict, ...]:
    """The verdict on each requirement; a finding that somebody accepted is evidence, and decides nothing.

    :param judged: the slugs of the rules that were asked; a requirement is never met by one that was not
    """
    by_rule: dict[str, list[Finding]] = {}
    for one in judgement.findings:
        by_rule.setdefault(one.rule, []).append(one)
    asked = set(judged)
    reasons = {slug: f"{slug} was not judged" for one in REQUIREMENTS for slug in one.rules if slug not in asked}
    reasons |= {one.rule: f"{one.rule} was skipped: {one.reason}" for one in judgement.skipped}
    reasons |= {one.rule: f"{one.rule} crashed: {one.reason}" for one in judgement.crashed}
    return tuple(_verdict(one, by_rule, reasons) for one in REQUIREMENTS)


def _verdict(one: Requirement, by_rule: dict[str, list[Finding]], reasons: dict[str, str]) -> RequirementVerdict:
    found = [finding for slug in (*one.rules, *one.also) for finding in by_rule.get(slug, ())]
    open_ones = [finding for finding in found if finding.suppressed is None]
    unknown = [reasons[slug] for slug in one.rules if slug in reasons]
    evidence = (*map(_words, found), *unknown)
    if open_ones:
        return RequirementVerdict(one, "not-met", evidence)
    if unknown:
        return RequirementVerdict(one, "unknown", evidence)
    return RequirementVerdict(one, "met", (*evidence, f"nothing was found by {', '.join(one.rules)}"))


def _words(finding: Finding) -> str:
    accepted = f" (accepted: {finding.suppressed.reason})" if finding.suppressed is not None else ""
    return f"{finding.rule}: {finding.spot.ref}: {finding.observed}{accepted}"
