"""What is known about hashes, and what is never chosen."""

import base64
import re

import pytest

from installer.knowledge import reading
from installer.knowledge.aliases import role_of, roles
from installer.knowledge.denied import denied, denied_registry
from installer.knowledge.hashes import known, owner, verdict

ROWS = reading.shared("hashes")["hashes"]
FRONTEND = "@redhat/backstage-plugin-orchestrator"
BACKEND = "@redhat/backstage-plugin-orchestrator-backend-dynamic"
WIDGETS = "@redhat/backstage-plugin-orchestrator-form-widgets"


def good(package, version):
    found = known(package, version)
    assert found is not None
    return found


def test_the_table_is_whole():
    assert len(ROWS) >= 104
    assert {row["verdict"] for row in ROWS} == {"good", "wrong", "unverified"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['package']}@{row['version']}-{row['integrity'][7:15]}")
def test_a_row(row):
    assert role_of(f"{row['package']}@{row['version']}")
    algorithm, _, digest = row["integrity"].partition("-")
    assert algorithm == "sha512"
    assert len(base64.b64decode(digest, validate=True)) == 64
    found = verdict(row["package"], row["version"], row["integrity"])
    assert (found.judgement, found.remark) == (row["verdict"], row.get("remark", ""))
    if row["verdict"] == "good":
        assert known(row["package"], row["version"]) == row["integrity"]
        assert "belongsTo" not in row
    else:
        assert row["remark"]
        assert known(row["package"], row["version"]) != row["integrity"]


def test_no_package_has_two_good_hashes_and_no_hash_two_owners():
    good_rows = [row for row in ROWS if row["verdict"] == "good"]
    assert len({(row["package"], row["version"]) for row in good_rows}) == len(good_rows)
    assert len({row["integrity"] for row in good_rows}) == len(good_rows)


def test_every_row_is_found():
    """Rows are looked for in the text of the file: none is written in a way that hides it."""
    for row in ROWS:
        found = verdict(row["package"], row["version"], row["integrity"])
        assert (found.judgement, found.remark) == (row["verdict"], row.get("remark", ""))
        if row["verdict"] == "good":
            assert known(row["package"], row["version"]) == row["integrity"]
            assert owner(row["integrity"]) == f"{row['package']}@{row['version']}"
    owners = {}
    for row in reading.shared("hashes")["prereleases"]:
        owners.setdefault(row["prefix"], f"{row['package']}@{row['version']}")
    assert {prefix: owner(f"{prefix}AAAA") for prefix in owners} == owners


def test_what_a_wrong_hash_is_said_to_be_is_what_it_is():
    known_by_name = {f"{row['package']}@{row['version']}": row["integrity"] for row in ROWS if row["verdict"] == "good"}
    prefixes = reading.shared("hashes")["prereleases"]
    for row in ROWS:
        belongs = row.get("belongsTo")
        if belongs is None:
            continue
        begins = [item["prefix"] for item in prefixes if f"{item['package']}@{item['version']}" == belongs]
        assert known_by_name.get(belongs) == row["integrity"] or any(row["integrity"].startswith(p) for p in begins)


@pytest.mark.parametrize(
    ("package", "version", "integrity", "judgement", "remark"),
    [
        (FRONTEND, "1.8.2", good(FRONTEND, "1.8.2"), "good", "^$"),
        (FRONTEND, "1.8.12", good(FRONTEND, "1.8.2"), "wrong", f"hash of {FRONTEND}@1.8.2$"),
        (FRONTEND, "1.8.2", good(BACKEND, "1.8.2"), "wrong", f"hash of {BACKEND}@1.8.2$"),
        ("@acme/other", "1.0.0", good(BACKEND, "1.8.2"), "wrong", f"hash of {BACKEND}@1.8.2$"),
        (FRONTEND, "9.9.9", good(FRONTEND, "1.8.2"), "wrong", f"hash of {FRONTEND}@1.8.2$"),
        (WIDGETS, "1.7.1", good(WIDGETS, "1.8.2"), "wrong", r"Helm chart with 1\.7\.1; it is the hash of 1\.8\.2"),
        (BACKEND, "1.6.0", good(BACKEND, "1.5.1"), "wrong", r"RHDH operator with 1\.6\.0; it is the hash of 1\.5\.1"),
        (FRONTEND, "1.6.1", "sha512-TJ58d5CqFcNm" + "A" * 74 + "==", "wrong", r"hash of .*@1\.6\.1-rc\.2$"),
        (FRONTEND, "1.6.1-rc.2", "sha512-TJ58d5CqFcNm" + "A" * 74 + "==", "unverified", "prerelease"),
        (FRONTEND, "1.8.2", "sha512-" + "A" * 86 + "==", "unverified", "another hash is known"),
        (FRONTEND, "1.8.2", "sha384-" + "A" * 64, "unverified", "another hash is known"),
    ],
)
def test_a_hash_beside_a_package(package, version, integrity, judgement, remark):
    found = verdict(package, version, integrity)
    assert found.judgement == judgement
    assert re.search(remark, found.remark)


def test_the_scope_is_part_of_a_package():
    janus = "@janus-idp/backstage-plugin-orchestrator-backend-dynamic"
    assert good(janus, "1.6.1") != good(BACKEND, "1.6.1")
    assert verdict(BACKEND, "1.6.1", good(janus, "1.6.1")).judgement == "wrong"


def test_of_what_nobody_has_seen_nothing_is_said():
    assert known("@acme/other", "1.0.0") is None
    assert verdict("@acme/other", "1.0.0", "sha512-" + "A" * 86 + "==") is None
    assert verdict(FRONTEND, "9.9.9", "") is None


def test_the_swapped_hashes_are_not_called_right():
    swapped = [row for row in ROWS if row["version"] == "1.5.0" and row["package"] in (FRONTEND, BACKEND)]
    assert [row["verdict"] for row in swapped] == ["unverified", "unverified"]
    assert known(FRONTEND, "1.5.0") is None


@pytest.mark.parametrize(
    ("package", "version", "instead"),
    [
        (FRONTEND, "1.8.10", "1.8.12"),
        (BACKEND, "1.8.10", "1.8.12"),
        (WIDGETS, "1.8.10", "1.8.12"),
        (FRONTEND, "1.5.0", "1.5.1"),
        (FRONTEND, "1.6.0-rc.14", None),
        (FRONTEND, "1.0.0-rc.1-redhat-00007", None),
    ],
)
def test_a_denied_version(package, version, instead):
    found = denied(package, version)
    assert found.reason
    assert found.instead == instead
    if instead is not None:
        assert denied(package, instead) is None
        assert known(package, instead)


@pytest.mark.parametrize(
    ("package", "version"),
    [(FRONTEND, "1.8.12"), (FRONTEND, "1.8.1"), ("@acme/other", "1.8.10"), ("@acme/other", "1.0.0-rc.1")],
)
def test_a_version_that_may_be_taken(package, version):
    assert denied(package, version) is None


def test_the_stage_registry_is_denied():
    stage = "https://npm.stage.registry.redhat.com"
    assert denied_registry(f"{stage}/@redhat/x/-/x-1.0.0.tgz").instead == "npm.registry.redhat.com"
    assert denied_registry("https://npm.registry.redhat.com") is None
    assert denied_registry("") is None


def test_denials_name_roles_that_exist():
    names = {item.name for item in roles()}
    assert all(set(row["roles"]) <= names for row in reading.shared("denied")["versions"])
