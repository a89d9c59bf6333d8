"""Helm's records, made here as Helm makes them: JSON, gzip, base64, and the Secret's base64."""

import base64
import gzip
import json
from typing import Any

import pytest

from installer.instance.stored_release import applied, as_failed, decode, labels, newest, secret_of
from installer.model.errors import ExitCode, InstallerError
from tests.bombs import gzip_of_blanks

CANARY = "canary-4711"


def record(revision: int, state: str) -> dict[str, Any]:
    template = {"name": "templates/one.yaml", "data": base64.b64encode(b"kind: One\n").decode()}
    chart = {"metadata": {"name": "rhdh", "version": "1.2.3"}, "templates": [template], "values": {"a": {"b": 1}}}
    return {
        "name": "mine",
        "namespace": "portal",
        "version": revision,
        "info": {"status": state, "description": "Upgrade complete"},
        "chart": chart,
        "config": {"password": CANARY},
        "manifest": f"kind: Secret # {CANARY}\n",
    }


def secret(revision: int, state: str, *, zipped: bool = True, name: str = "mine") -> dict[str, Any]:
    text = json.dumps(record(revision, state)).encode()
    packed = base64.b64encode(gzip.compress(text) if zipped else text)
    marks = {"owner": "helm", "name": name, "version": str(revision), "status": state}
    metadata = {"name": f"sh.helm.release.v1.{name}.v{revision}", "namespace": "portal", "labels": marks}
    return {"metadata": metadata, "data": {"release": base64.b64encode(packed).decode()}}


@pytest.mark.parametrize("zipped", [True, False])
def test_all_that_a_record_says(zipped: bool) -> None:  # noqa: FBT001
    found = decode(secret(7, "deployed", zipped=zipped))
    assert (found.name, found.namespace, found.revision, found.state) == ("mine", "portal", 7, "deployed")
    assert (found.chart_name, found.chart_version, found.description) == ("rhdh", "1.2.3", "Upgrade complete")
    assert (found.values, found.defaults) == ({"password": CANARY}, {"a": {"b": 1}})
    assert found.templates == {"templates/one.yaml": "kind: One\n"}
    assert CANARY in found.manifest
    assert CANARY not in repr(found)


def test_the_newest_is_that_of_the_highest_number() -> None:
    secrets = [secret(10, "pending-upgrade"), secret(9, "deployed"), secret(8, "superseded"), secret(99, "x", name="b")]
    found, through = newest(secrets, "mine"), applied(secrets, "mine")
    assert found is not None
    assert through is not None
    assert (found.revision, found.pending) == (10, True)
    assert (through.revision, through.pending) == (9, False)
    assert secret_of(secrets, "mine", 8) is secrets[2]
    assert secret_of(secrets, "mine", 7) is None
    assert newest([], "mine") is None
    assert applied([secret(1, "failed")], "mine") is None
    assert labels("mine") == "owner=helm,name=mine"


def test_marked_as_failed_it_is_the_same_but_failed() -> None:
    before = secret(3, "pending-upgrade")
    change = as_failed(before, "its helm was killed")
    assert change["metadata"] == {"labels": {"status": "failed"}}
    text = gzip.decompress(base64.b64decode(base64.b64decode(change["data"]["release"])))
    wanted = record(3, "failed")
    wanted["info"]["description"] = "its helm was killed"
    assert json.loads(text) == wanted


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"release": "no base64!"},
        {"release": base64.b64encode(base64.b64encode(b"{}")).decode()},
        {"release": base64.b64encode(base64.b64encode(b"[1]")).decode()},
        {"release": base64.b64encode(base64.b64encode(gzip.compress(b"{}")[:-9])).decode()},
        {"release": base64.b64encode(base64.b64encode(gzip_of_blanks(128))).decode()},
        {"release": base64.b64encode(base64.b64encode(b"\x1f\x8bnonsense")).decode()},
    ],
    ids=["empty", "no base64", "no release", "a list", "cut off", "a bomb", "no gzip"],
)
def test_what_is_no_record(data: dict[str, str]) -> None:
    found = {"metadata": {"name": "one", "namespace": "portal", "labels": {}}, "data": data}
    for read in (decode, lambda one: as_failed(one, "")):
        with pytest.raises(InstallerError, match="Secret portal/one") as caught:
            read(found)
        assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.INVALID, "release-unreadable")
