"""A registry per test, and nobody's npm configuration."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registries.fake import Registry, served


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's answers from before: the folder of this test's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rhdh-orchestrator" / "registries"


@pytest.fixture
def registry() -> Iterator[Registry]:
    with served(Registry()) as running:
        yield running


@pytest.fixture
def other() -> Iterator[Registry]:
    with served(Registry()) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory; its sibling `home` is the user's."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    return tmp_path / "work"
