"""Fixtures on a real Kubernetes: one world for the folder, a namespace per test, a world of one's own where needed.

These tests run only with WORLD=1 in the environment; otherwise they are deselected. With it, a machine that cannot have
a world makes them skip, each by its name.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.world.api import Api, namespace_of
from tests.world.audit import AuditLog
from tests.world.programs import HELM_3, HELM_4, can_have_world, helm, kubectl
from tests.world.proof import REASON, Proofs
from tests.world.rhdh import install_rhdh_operator
from tests.world.users import Rules, User, grant
from tests.world.world import World, await_service_account, start_world

HERE = Path(__file__).parent
WANTED = os.environ.get("WORLD") == "1"
# A deleted namespace lingers: a name is never used again.
NUMBERS = itertools.count()
PROOFS = Proofs()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Called with the tests of every folder: only those of this one are touched."""
    ours = {one for one in items if one.path.is_relative_to(HERE)}
    if not WANTED:
        config.hook.pytest_deselected(items=[one for one in items if one in ours])
        items[:] = [one for one in items if one not in ours]
    elif why_not := can_have_world():
        for one in ours:
            # With the name in it, so that pytest's summary has a line for each.
            one.add_marker(pytest.mark.skip(reason=f"{one.name}: {why_not}"))
    else:
        for one in ours:
            if not one.get_closest_marker("always") and PROOFS.has(one.nodeid):
                one.add_marker(pytest.mark.skip(reason=REASON))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if WANTED and report.nodeid.startswith(f"{HERE.parent.name}/{HERE.name}/"):
        PROOFS.note(report)


@pytest.fixture(scope="package")
def world() -> Iterator[World]:
    """The folder's world, with OLM, the stand-ins, RHDH's operator. Tests keep to namespaces of their own."""
    started = start_world()
    install_rhdh_operator(started.api)
    yield started
    started.stop()


@pytest.fixture
def fresh_world() -> Iterator[World]:
    """A world of the test's own, for what changes the whole cluster: operators, CRDs, catalogs, dead programs."""
    started = start_world()
    yield started
    started.stop()


@pytest.fixture
def bare_world() -> Iterator[World]:
    """A world of the test's own without OLM: no operator, no CRD of any, in half the time."""
    started = start_world(olm=False)
    yield started
    started.stop()


@pytest.fixture
def api(world: World) -> Api:
    return world.api


@pytest.fixture
def namespaces(world: World, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes namespaces, named after the test and a word.

    They stay as long as the world: to take one away is as much work for an API server as all that a test does in it.
    """

    def make(word: str, labels: dict[str, str] | None = None) -> str:
        stem = "".join(one if one.isalnum() else "-" for one in request.node.name.lower())
        name = f"{stem[:40].strip('-')}-{next(NUMBERS)}-{word}"
        world.api.apply(namespace_of(name, labels))
        await_service_account(world.api, name)
        return name

    return make


@pytest.fixture
def namespace(namespaces: Callable[[str], str]) -> str:
    """A new, empty namespace of the folder's world."""
    return namespaces("ns")


@pytest.fixture
def audit(world: World) -> AuditLog:
    """The audit log from the start of the test on; `restart()` moves the mark."""
    return world.audit()


@pytest.fixture
def user(world: World) -> Callable[..., User]:
    """Makes users who may do only what they are given: user(rules, namespaces)."""

    def make(rules: Rules = (), namespaces: tuple[str, ...] = ()) -> User:
        made = world.weak_user()
        if rules:
            grant(world.api, made, rules, namespaces)
        return made

    return make


@pytest.fixture(scope="session", params=[HELM_3, HELM_4], ids=["helm3", "helm4"])
def each_helm(request: pytest.FixtureRequest) -> Path:
    """The helm binary, once of each major version."""
    return helm(request.param)


@pytest.fixture(scope="session")
def kubectl_binary() -> Path:
    return kubectl()
