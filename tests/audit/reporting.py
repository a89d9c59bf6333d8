"""Audits that reports are made of: a directory with names that mean harm, and results as plain data."""

from pathlib import Path

from installer.audit.rules import rules

BASE = (Path(__file__).parent / "bases" / "operator.yaml").read_text(encoding="utf-8")
# What would end an attribute, an element, a code span, a table, a comment, or be obeyed by a terminal.
HOSTILE = "'\"></script><img src=x onerror=boom()>]]>--><!-- ``` | [x](javascript:boom()) @all \x1b[2J \u202e & é"
SUBSCRIPTIONS = f"""apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata:
  name: {HOSTILE.encode("unicode_escape").decode().replace('"', chr(92) + '"').join('""')}
  namespace: openshift-operators
spec: {{name: logic-operator-rhel8}}
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {{name: new, namespace: openshift-operators}}
spec: {{name: logic-operator}}
---
apiVersion: sonataflow.org/v1alpha08
kind: SonataFlow
metadata:
  name: greeting
  namespace: portal
  annotations:
    sonataflow.org/profile: dev
    rhdh-orchestrator/ignore: workflow-dev-profile=it is a <demo> & stays one
"""


def lay(folder):
    """A directory `manifests` with a healthy RHDH and what is wrong beside it."""
    target = folder / "manifests"
    target.mkdir()
    (target / "rhdh.yaml").write_text(BASE, encoding="utf-8")
    (target / "sub scriptions#é.yaml").write_text(SUBSCRIPTIONS, encoding="utf-8")


def finding(number=0, **more):
    """One finding as `-o json` has it."""
    rule = rules()[number % len(rules())]
    return {
        "rule": rule.slug,
        "title": rule.title,
        "severity": ("critical", "high", "medium", "low", "info")[number % 5],
        "object": {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "namespace": f"space-{number % 7}",
            "name": f"map-{number}",
        },
        "where": {"file": f"folder/file-{number}.yaml", "line": number + 1, "column": 3},
        "path": f"data.key-{number}",
        "observed": f"value {number}",
        "expected": "another value",
        "why": rule.why,
        "fix": {"summary": rule.fix, "commands": [f"oc get configmap map-{number}"], "patch": "# a patch\na: 1\n"},
        "fingerprint": f"{number:016x}",
        "suppressed": None,
    } | more


def result(*findings, skipped=(), crashed=(), asked=None, production=None):
    """A result of an audit as `-o json` has it."""
    open_ones = [one for one in findings if one["suppressed"] is None]
    counted = {slug: [one["rule"] for one in open_ones].count(slug) for slug in {one["rule"] for one in findings}}
    severities = [one["severity"] for one in open_ones]
    return {
        "findings": list(findings),
        "skipped": [{"rule": slug, "reason": reason} for slug, reason in skipped],
        "crashed": [{"rule": slug, "reason": reason} for slug, reason in crashed],
        "asked": [{"rule": slug, "findings": count} for slug, count in (counted if asked is None else asked).items()],
        "summary": {
            **{word: severities.count(word) for word in ("critical", "high", "medium", "low", "info")},
            "skipped": len(skipped),
            "crashed": len(crashed),
            "suppressed": len(findings) - len(open_ones),
        },
        "production": production,
    }
