"""Which plugin a package string means."""

from itertools import combinations
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.knowledge.aliases import npm_name, npm_version, role, role_of, role_of_frontend_key, roles
from tests.tables import table

CASES = table(Path(__file__).parent / "aliases.yaml")
NAMES = [(item.name, name) for item in roles() for name in item.npm]
HOSTS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5}){1,2}(:[1-9][0-9]{1,4})?(/[a-z]{1,8}){0,3}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){2}(-rc\.[0-9]{1,2})?", fullmatch=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["package"] or "empty")
def test_a_package_string(case):
    found = (role_of(case["package"]), npm_name(case["package"]), npm_version(case["package"]))
    assert found == (case["role"], case["name"], case["version"])


def test_the_roles():
    assert [item.name for item in roles()] == [
        "orchestrator",
        "orchestrator-backend",
        "scaffolder-orchestrator",
        "orchestrator-form-widgets",
        "orchestrator-loki",
        "notifications",
        "notifications-backend",
        "notifications-email",
        "signals",
        "signals-backend",
    ]
    assert {item.group for item in roles()} == {"orchestrator", "notifications", "email"}
    assert all(bool(item.frontend_keys) == (item.side == "frontend") for item in roles())
    assert all(role(item.name) is item for item in roles())
    with pytest.raises(KeyError):
        role("orchestrators")


@pytest.mark.parametrize("names", ["npm", "directories", "images", "frontend_keys"])
def test_no_name_means_two_plugins(names):
    for one, other in combinations(roles(), 2):
        assert not set(getattr(one, names)) & set(getattr(other, names))
    assert all(len(set(getattr(item, names))) == len(getattr(item, names)) for item in roles())


def test_a_frontend_key_belongs_to_its_plugin():
    for item in roles():
        assert [role_of_frontend_key(key) for key in item.frontend_keys] == [item.name] * len(item.frontend_keys)
    assert role_of_frontend_key("acme.plugin") is None


@given(st.sampled_from(NAMES), HOSTS, VERSIONS, st.sampled_from(["", "%2f", "%2F"]))
def test_every_form_of_an_npm_package_is_the_same_plugin(pair, host, version, slash):
    wanted, name = pair
    file = name.rpartition("/")[2]
    path = name.replace("/", slash) if slash else name
    forms = [
        f"{name}@{version}",
        f"alias@npm:{name}@{version}",
        f"https://{host}/{path}/-/{file}-{version}.tgz",
        f"http://{host}/{quote(name, safe='')}/-/{file}-{version}.tgz",
        f"https://{host}/{name}/-/{name}-{version}.tgz",
    ]
    for form in forms:
        assert (role_of(form), npm_name(form), npm_version(form)) == (wanted, name, version)


@given(st.sampled_from(roles()), HOSTS, st.sampled_from(["", ":1.9", ":{{inherit}}", "@sha256:" + "0" * 64]))
def test_every_form_of_an_image_is_the_same_plugin(item, host, tag):
    for image in item.images:
        assert role_of(f"oci://{host}/{image}{tag}") == item.name
        assert npm_name(f"oci://{host}/{image}{tag}") is None
    for directory in item.directories:
        assert role_of(f"oci://{host}/other{tag}!{directory}") == item.name


@given(st.text() | st.from_regex(r"(oci://|ref://|\./|https://|@)[a-z@:/!.%0-9#?-]*(\.tgz)?", fullmatch=True))
def test_no_text_is_too_strange(package):
    found = role_of(package)
    assert found is None or role(found)
    assert npm_name(package) != ""
    assert npm_version(package) != ""
