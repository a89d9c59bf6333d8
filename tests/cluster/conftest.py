"""A fake API server per test, and a connection to it that knows nobody's kubeconfig."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from installer.cluster.cluster import Cluster
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from tests.cluster.fake import Fake, served

GROUPS = {
    "apps": {"v1": [("Deployment", "deployments", True)]},
    "example.com": {"v1": [("Thing", "things", True)], "v1beta1": [("Thing", "things", True), ("Old", "olds", False)]},
    "authorization.k8s.io": {"v1": [("SelfSubjectAccessReview", "selfsubjectaccessreviews", False)]},
}


@pytest.fixture
def fake() -> Iterator[Fake]:
    with served(Fake(groups={name: dict(versions) for name, versions in GROUPS.items()})) as running:
        yield running


@pytest.fixture(autouse=True)
def nobodys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kubeconfig, proxy, pod or cache of whoever runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "XDG_CACHE_HOME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def cluster(fake: Fake, tmp_path: Path) -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(**options: Any) -> Cluster:
        options = {"server": fake.url, "cache_dir": str(tmp_path / "cache"), "request_timeout": 5.0, **options}
        made.append(connect(ConnectionOptions(**options)))
        return made[-1]

    yield make
    for one in made:
        one.close()
