"""Forty secrets of an RHDH, its user and its registry: none of them is seen anywhere, whatever the program is asked.

Need WORLD=1; see tests/world.
"""

import os
import subprocess

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.live.canaries import (
    Canaries,
    environment,
    full_of_secrets,
    kubeconfig,
    npm_fails,
    process_list,
    secrets,
    values,
    written_down,
)
from tests.live.harness import Program
from tests.live.worlds import Portal, why_not
from tests.world.api import namespace_of
from tests.world.rhdh import NAME, chart, operator_flavour, plain_flavour, put
from tests.world.world import await_service_account

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

ORCHESTRATOR = "@redhat/backstage-plugin-orchestrator@1.8.12"
FORMS = (("-o", "json"), ("-v", "-o", "text"), ("--debug", "-o", "jsonl"))


def planted(plant, world, flavour, program, folder):
    """An RHDH of a flavour, full of secrets; what `install` needs to know of it beside."""
    namespace = f"canaries-{flavour}"
    made = Portal(world, flavour, namespace)
    world.api.apply(namespace_of(namespace))
    await_service_account(world.api, namespace)
    options = ()
    if flavour == "helm":
        put(world.api, secrets(plant, namespace))
        source = chart(folder, "1.8")
        given = folder / "values.yaml"
        given.write_text(yaml.safe_dump(values(plant)), encoding="utf-8")
        argv = [program.helm, "install", NAME, source, "-n", namespace, "-f", given]
        subprocess.run(argv, env=program.environment, check=True, capture_output=True)
        options = ("--chart", str(source))
    else:
        make = operator_flavour if flavour == "operator" else plain_flavour
        put(world.api, full_of_secrets(plant, make(namespace, "1.8")))
    made.settled()
    return made, options


@pytest.mark.parametrize("flavour", ["operator", "plain", "helm"])
def test_no_secret_is_ever_seen(ready_world, proxy, tmp_path, flavour):
    plant, home = Canaries(), tmp_path / "home"
    home.mkdir()
    file = kubeconfig(plant, proxy.user().kubeconfig, tmp_path)
    program = Program(file, home, more=environment(plant))
    portal, options = planted(plant, ready_world, flavour, program, tmp_path)
    assert len(plant.planted) >= 40

    def run(*words, codes=(ExitCode.OK,)):
        with process_list(program) as listed:
            ran = program.run(*words, "--instance", portal.address)
        assert ran.code in codes, ran
        for where, text in (("stdout", ran.out), ("stderr", ran.err), ("process list", b"\n".join(listed.lines))):
            assert not (found := plant.found(text)), f"{words}: {where} shows {found}"
        assert any(b"installer" in one for one in listed.lines)
        kept = [one for one in home.rglob("*") if one.is_file() and plant.found(one.read_bytes())]
        assert not kept, f"{words}: written to {kept}"
        seen = plant.found(written_down(ready_world.api, portal.namespace))
        assert not seen, f"{words}: the journal shows {seen}"
        return ran

    yes = ("--yes", *options)
    for form in FORMS:
        run("check", *form, codes=(ExitCode.OK, ExitCode.FINDINGS))
        run("status", *form)
        run("install", "--dry-run", *options, *form)
    token = next(one for one, where in plant.planted.items() if where == "npmrc token")
    said = f"npm error 401 Unauthorized - GET https://npm.registry.redhat.com/x with _authToken={token}"
    npm_fails(ready_world.api, portal.namespace, ORCHESTRATOR, said)
    crashed = run("install", *yes, "--debug", "-v", codes=(ExitCode.RESTORED,))
    assert "npm error 401 Unauthorized" in crashed.out
    ready_world.api.delete("v1", "ConfigMap", "world-npm", portal.namespace)
    run("history", "-v")
    run("install", *yes, "--debug", "-v")
    run("undo", "--yes", "--debug", "-v")
    run("resume", "--yes", "--debug", "-v")
    portal.leave()
