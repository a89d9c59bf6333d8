"""Small programs written on the spot, and the real helm."""

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
