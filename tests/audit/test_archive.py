"""Archives as sources: a must-gather, `oc adm inspect`, plain manifests; folder, tar and tar.gz are the same."""

import dataclasses
import json
from datetime import UTC, datetime
from functools import partial

import pytest
import yaml

from installer.audit.engine import verdict_of
from installer.audit.kinds import CONFIG_MAP, DEPLOYMENT, NETWORK_POLICY, PLATFORM, POD, SECRET, SERVING, Kind
from installer.audit.rule import Skip
from installer.audit.snapshot import Contents, Snapshot
from installer.cli.boundary import run
from installer.flow.audit_archive import of_archive
from installer.flow.audit_kinds import plural
from installer.model.change import Ref
from installer.model.errors import ExitCode
from installer.yamltext.values import Schema, construct
from tests.audit.archives import inspected, packed, shown
from tests.audit.cases import BASES_ARE, HERE, cases
from tests.audit.test_rules import RULES
from tests.audit.test_sources import fits, told

ENDINGS = ("", ".tar", ".tar.gz", ".tgz")
OPERATOR = (HERE / "bases" / "operator.yaml").read_text(encoding="utf-8")
POD_ = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hub", "namespace": "portal", "uid": "u1"}}


def source(path, *words):
    return of_archive(str(path), *(words or (None, None, None)))


def snapshot(path):
    return Snapshot(Contents(source(path)))


def audited(capsys, path, *words):
    capsys.readouterr()
    code = run(("audit", "--archive", str(path), *words, "-o", "json"))
    return code, json.loads(capsys.readouterr().out)


FAILING = {case.slug: case for case in cases() if case.fails and fits(case) and "withheld" not in case.header}


@pytest.mark.parametrize("case", FAILING.values(), ids=FAILING)
def test_what_inspect_wrote_is_judged_as_a_directory(case, tmp_path):
    """A finding more is none, and a finding less is a skip."""
    bodies = [(one.ref, construct(one.document.node, Schema.KUBERNETES)) for one in case.source.objects]
    given = [{**body, "metadata": {**body["metadata"], "namespace": ref.namespace}} for ref, body in bodies]
    path = packed(tmp_path / "dump.tar", inspected(given))
    read = of_archive(str(path), None, None, None)
    read = dataclasses.replace(read, seek=partial(case.seek, read.manifests))
    same = {name: getattr(case.source, name) for name in ("now", "answers", "logs", "definitions", "rendered")}
    rule = RULES[case.slug]
    here, there = verdict_of(case.contents, rule), verdict_of(Contents(dataclasses.replace(read, **same)), rule)
    assert there.crash is None
    assert told(rule, there) <= told(rule, here)
    assert told(rule, there) == told(rule, here) or there.skipped


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_form_of_archive(tmp_path, capsys, ending):
    path = packed(tmp_path / f"dump{ending}", {"rhdh.yaml": OPERATOR, "notes.txt": "hello"})
    code, document = audited(capsys, path)
    assert (code, document["errors"]) == (ExitCode.OK, [])
    assert document["result"]["findings"] == []
    reasons = [one["reason"] for one in document["result"]["skipped"]]
    assert any("there is no SonataFlowPlatform in the archive" in reason for reason in reasons)


def test_what_was_read_is_what_has_a_folder(tmp_path):
    files = {
        "namespaces/portal/core/configmaps.yaml": shown({"apiVersion": "v1", "kind": "ConfigMapList", "items": []}),
        "namespaces/portal/core/secrets.yaml": shown({"apiVersion": "v1", "kind": "List", "items": []}),
        "namespaces/portal/networking.k8s.io/networkpolicies/README": "nothing",
        "namespaces/portal/pods/hub/hub.yaml": shown(POD_),
        "cluster-scoped-resources/operator.knative.dev/unknown.yaml": "a: 1",
        "orchestrator/sonataflow-platforms/no-platforms.txt": "No SonataFlowPlatform CRs found",
    }
    found = source(packed(tmp_path / "dump.tar", files))
    assert found.read == {CONFIG_MAP, SECRET, NETWORK_POLICY, POD, PLATFORM}
    assert found.within[SECRET] == {"portal"}
    assert PLATFORM not in found.within
    assert not snapshot(tmp_path / "dump.tar").is_read(DEPLOYMENT)
    assert not snapshot(tmp_path / "dump.tar").is_read(SERVING)


def test_where_nobody_looked_nothing_is_missing(tmp_path):
    files = {"namespaces/portal/core/secrets.yaml": shown({"apiVersion": "v1", "kind": "SecretList", "items": []})}
    seen = snapshot(packed(tmp_path / "dump.tar", files))
    assert seen.named(SECRET, "database", "portal") is None
    with pytest.raises(Skip, match="not read in namespace sonataflow-infra"):
        seen.named(SECRET, "database", "sonataflow-infra")


def test_an_object_that_stands_in_several_files_is_one(tmp_path):
    old = {**POD_, "metadata": {**POD_["metadata"], "resourceVersion": "9"}}
    new = {**POD_, "metadata": {**POD_["metadata"], "resourceVersion": "10"}, "status": {"phase": "Running"}}
    files = {"a/pods.yaml": shown({"kind": "List", "items": [new]}), "b/hub.yaml": shown(old)}
    (found,) = source(packed(tmp_path / "dump.tar", files)).objects
    assert found.text("status", "phase") == "Running"


LOGS = {
    "d/namespaces/portal/pods/hub/backend/backend/logs/current.log": "one",
    "d/namespaces/portal/pods/hub/init/init/logs/current.log": "",
    "d/namespaces/portal/pods/hub/init/init/logs/previous.log": "two",
    "helm/releases/ns=other/hub/deployment/logs/pod=hub-1/container=backend/current.txt": "three",
    "helm/releases/ns=other/hub/deployment/logs/pod=hub-1/container=backend/previous.txt": "before",
}


def test_logs(tmp_path):
    assert source(packed(tmp_path / "dump.tar", LOGS)).logs == {
        ("portal", "hub", "backend"): "one",
        ("portal", "hub", "init"): "two",
        ("other", "hub-1", "backend"): "three",
    }
    assert source(packed(tmp_path / "none.tar", {"a.yaml": shown(POD_)})).logs is None


def test_the_helm_release_of_a_must_gather(tmp_path):
    values = (HERE / "bases" / "helm" / "values.yaml").read_text(encoding="utf-8")
    manifest = shown({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "made"}, "data": {"a": "b"}})
    files = {
        "helm/releases/ns=portal/hub/values.yaml": values,
        "helm/releases/ns=portal/hub/all-values.yaml": values,
        "helm/releases/ns=portal/hub/manifest.yaml": manifest,
    }
    found = source(packed(tmp_path / "dump.tar", files), None, BASES_ARE, None)
    assert found.world is not None
    assert (found.world.instance.flavour, found.world.instance.namespace) == ("helm", "portal")
    assert found.rendered == {Ref("v1", "ConfigMap", "", "made"): yaml.safe_load(manifest)}
    assert found.objects == (), "what Helm rendered is not what the cluster has"
    assert CONFIG_MAP not in found.read


def test_secrets_without_values_are_unknown(tmp_path):
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "portal"}}
    sealed = {**body, "data": {"password": "OCBieXRlcyBsb25n", "token": ["REDACTED"]}}
    (found,) = source(packed(tmp_path / "dump.tar", {"a.yaml": shown(sealed)})).objects
    assert found.secret is not None
    assert found.secret.unknown == {"password", "token"}
    assert (found.secret.defaults, found.secret.short, found.secret.empty) == (frozenset(),) * 3


def test_now_is_not_before_what_is_in_it(tmp_path):
    late = {**POD_, "metadata": {**POD_["metadata"], "creationTimestamp": "2999-01-01T00:00:00Z"}}
    assert source(packed(tmp_path / "dump.tar", {"a.yaml": shown(late)})).now == datetime(2999, 1, 1, tzinfo=UTC)


def test_a_text_that_is_not_the_instances_is_a_warning(tmp_path, capsys):
    files = {"rhdh.yaml": OPERATOR, "broken.yaml": "a: [1", "odd.yaml": "kind: Pod\napiVersion: v1\nmetadata: [1, 2]\n"}
    code, document = audited(capsys, packed(tmp_path / "dump.tar", files))
    assert code == ExitCode.OK
    assert any("broken.yaml" in one["message"] for one in document["warnings"])
    assert document["result"]["crashed"] == []


def test_a_text_that_is_the_instances_is_an_error(tmp_path, capsys):
    files = {"rhdh.yaml": OPERATOR.replace("kind: Backstage", "kind: Backstage\n{")}
    code, document = audited(capsys, packed(tmp_path / "dump.tar", files))
    assert code == ExitCode.INVALID, document


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--directory", "d"), "either --directory DIR or --archive FILE"),
        (("-n", "portal"), "--namespace is for clusters; --archive FILE says what to look at"),
    ],
)
def test_contradictions(words, message, capsys):
    code, document = audited(capsys, "x.tar", *words)
    assert code == ExitCode.USAGE
    assert message in document["errors"][0]["message"]


def test_exit_codes(tmp_path, capsys):
    (tmp_path / "broken.tar").write_bytes(b"hello")
    (tmp_path / "empty").mkdir()
    assert audited(capsys, tmp_path / "broken.tar")[0] == ExitCode.INVALID
    assert audited(capsys, tmp_path / "empty")[0] == ExitCode.TARGET
    assert audited(capsys, tmp_path / "none.tar")[0] == ExitCode.TARGET
    path = packed(tmp_path / "dump.tar", {"rhdh.yaml": OPERATOR})
    assert audited(capsys, path, "--instance", "nope")[0] == ExitCode.TARGET
    assert audited(capsys, path, "--rhdh-version", "9.9")[0] == ExitCode.TARGET


def test_kinds_are_spelled_as_the_api_spells_them():
    spelled = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "Proxy": "proxies", "Endpoints": "endpoints"}
    assert {kind: plural(Kind("x" if kind != "Endpoints" else "", kind)) for kind in spelled} == spelled
