"""Small programs written on the spot, and the real helm."""

import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.charts.conftest import helm, helm_3, helm_4  # noqa: F401 - fixtures

Script = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Writes a Python program and gives its path."""

    def write(body: str, name: str = "program") -> Path:
        path = tmp_path / name
        path.write_text(f"#!{sys.executable} -S\n" + textwrap.dedent(body), encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs a cluster runs where tests/world runs; elsewhere it is deselected."""
    live = {one for one in items if one.path == Path(__file__).with_name("test_live.py")}
    if live and os.environ.get("WORLD") != "1":
        config.hook.pytest_deselected(items=[one for one in items if one in live])
        items[:] = [one for one in items if one not in live]
