"""RHDH's own `.npmrc` beside those of this machine: what its init container will see."""

import json
import os

import pytest
import yaml

from installer.flow.plugins_asking import Questions, ask, npm_config
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError
from installer.model.registry_request import RegistryRequest
from installer.registries.npm import Packument

CASES = yaml.safe_load(
    """
- {id: nothing else, rhdh: rhdh, want: rhdh}
- {id: before the user, rhdh: rhdh, user: user, want: rhdh}
- {id: after the working directory, rhdh: rhdh, project: project, want: project}
- {id: after the environment, rhdh: rhdh, environment: environment, want: environment}
- {id: after the option, rhdh: rhdh, option: option, want: option}
- {id: its scope before the option, scope: rhdh, option: option, want: rhdh}
- {id: its scope before that of the release, scope: rhdh, release: "1.7", want: rhdh}
- {id: the release's scope before its registry, rhdh: rhdh, release: "1.7", want: npm.registry.redhat.com}
- {id: none, user: user, want: user}
"""
)


@pytest.fixture(autouse=True)
def machine(folder, monkeypatch):
    """A machine that has nothing configured."""
    for name in [one for one in os.environ if one.lower().startswith("npm_config_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    monkeypatch.setenv("PREFIX", str(folder.parent))
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_who_is_asked(case, folder, monkeypatch):
    (folder.parent / "home" / ".npmrc").write_text(f"registry=https://{case['user']}/\n" if "user" in case else "")
    (folder / ".npmrc").write_text(f"registry=https://{case['project']}/\n" if "project" in case else "")
    if "environment" in case:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"https://{case['environment']}/")
    text = f"registry=https://{case['rhdh']}/\n" if "rhdh" in case else ""
    text += f"@redhat:registry=https://{case['scope']}/\n" if "scope" in case else ""
    request = RegistryRequest(registry=f"https://{case['option']}/" if "option" in case else None)
    chosen = release(case["release"]) if "release" in case else release("1.9")
    assert npm_config(request, chosen, text or None).registry_of("@redhat/p") == f"https://{case['want']}/"


def test_its_credential_is_sent(registry):
    registry.publish("@acme/p", "1.0.0", integrity="")
    text = f"registry={registry.url}\n//{registry.host}/:_authToken=of-rhdh\n"
    found = ask(Questions(("@acme/p",)), RegistryRequest(), release("1.9"), npmrc=text).packuments["@acme/p"]
    assert isinstance(found, Packument)
    assert registry.credentials == ["Bearer of-rhdh"]


def test_what_only_its_pod_knows_is_left_out(registry, monkeypatch):
    """A variable of this machine is not the pod's, and is not handed to whom that file names; nor is a file."""
    registry.publish("@acme/p", "1.0.0", integrity="")
    monkeypatch.setenv("SECRET", "of-this-machine")
    text = f"registry={registry.url}\n//{registry.host}/:_authToken=${{SECRET}}\ncafile=/opt/app-root/ca.pem\n"
    ask(Questions(("@acme/p",)), RegistryRequest(), release("1.9"), npmrc=text)
    assert registry.credentials == [None]
    config = npm_config(RegistryRequest(), release("1.9"), text)
    assert "cafile" not in config.values


def test_what_it_takes_from_its_pod_shows_in_no_error(registry):
    registry.behave = lambda handler, _: handler.answer(403)
    text = f"registry={registry.url}\n//{registry.host}/:_authToken=s3cret-of-rhdh\n"
    found = ask(Questions(("@acme/p",)), RegistryRequest(), release("1.9"), npmrc=text).packuments["@acme/p"]
    assert isinstance(found, InstallerError)
    assert found.exit is ExitCode.DENIED
    assert "s3cret" not in json.dumps([str(found), *map(repr, found.problems)])
