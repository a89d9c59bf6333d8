"""An installation under exactly the roles that `rbac print` writes, on a real API server. Needs WORLD=1."""

import os
from pathlib import Path

import pytest

from installer.model.errors import ExitCode
from tests.live.harness import Program
from tests.live.roles import allow
from tests.live.worlds import FLAVOURS, portal, why_not
from tests.world.rhdh import install_rhdh_operator
from tests.world.users import User
from tests.world.world import World, start_world

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")


def allowed(world: World, namespace: str, flavour: str, *words: str) -> User:
    """A new user with the roles of an installation."""
    weak = world.weak_user()
    allow(world, weak.name, namespace, "--flavour", flavour, *words, suffix=f"-{namespace}")
    return weak


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_install_and_undo_under_exactly_the_roles(ready_world, portals, tmp_path: Path, flavour):
    one = portals(flavour)
    weak = allowed(ready_world, one.namespace, flavour, "--skip-operators")
    program = Program(weak.kubeconfig, tmp_path)
    log = ready_world.audit()
    done = program.run("install", "--instance", one.address, "--skip-operators", "--yes", "--timeout", "3m")
    assert done.code == ExitCode.OK, done
    assert [asked for asked in log.asked(weak.name) if asked.code == 403] == []
    assert program.run("status", "--instance", one.address).result["healthy"] is True
    done = program.run("undo", "--instance", one.address, "--yes", "--timeout", "3m")
    assert done.code == ExitCode.OK, done
    assert [asked for asked in log.asked(weak.name) if asked.code == 403] == []


def test_without_one_verb_nothing_is_written(ready_world, portals, tmp_path: Path):
    one = portals("operator")
    weak = allowed(ready_world, one.namespace, "operator", "--skip-operators")
    address = ("rbac.authorization.k8s.io/v1", "Role")
    name = f"rhdh-orchestrator-install-{one.namespace}"
    role = ready_world.api.get(*address, name, one.namespace)
    for rule in role["rules"]:
        if "configmaps" in rule["resources"]:
            rule["verbs"] = [verb for verb in rule["verbs"] if verb != "patch"]
    ready_world.api.patch(role, {"rules": role["rules"]})
    log = ready_world.audit()
    program = Program(weak.kubeconfig, tmp_path)
    done = program.run("install", "--instance", one.address, "--skip-operators", "--yes", "--timeout", "1m")
    assert done.code == ExitCode.DENIED, done
    assert [error["message"] for error in done.errors] == [
        f"not allowed: patch configmaps in namespace {one.namespace}"
    ]
    assert [asked for asked in log.writes(weak.name) if "review" not in asked.what] == []


def test_from_nothing_under_exactly_the_roles(tmp_path: Path):
    """Operators, Knative, platform and plugins, by somebody who is no administrator."""
    world = start_world()
    try:
        install_rhdh_operator(world.api)
        one = portal(world, "operator")
        weak = allowed(world, one.namespace, "operator")
        log = world.audit()
        done = Program(weak.kubeconfig, tmp_path).run("install", "--instance", one.address, "--yes", "--timeout", "4m")
        assert done.code == ExitCode.OK, done
        assert [asked for asked in log.asked(weak.name) if asked.code == 403] == []
    finally:
        world.stop()
