"""Runs the program: as a process of its own where streams and signals matter, else in this one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import installer
from installer.cli.boundary import run

ROOT = Path(__file__).parents[2]
LAUNCHER = Path(__file__).parent / "fakes" / "launch.py"
# What a terminal of the developer says must not change what is tested.
UNSET = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "PYTHONIOENCODING", "_RHDH_ORCHESTRATOR_COMPLETE")


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    return kept | {"PYTHONPATH": str(ROOT)} | more


def finished(command: list[str], env: Mapping[str, str] | None = None, **settings: Any) -> Any:
    usual = {"capture_output": True, "text": True, "timeout": 60}
    return subprocess.run(command, env=environment(**(env or {})), check=False, **(usual | settings))


@dataclass(frozen=True)
class Program:
    """The program as a child: `fake` names a flow of tests/cli/fakes/launch.py instead of the real one."""

    def command(self, *words: str, fake: str | None = None) -> list[str]:
        start = ["-m", "installer"] if fake is None else [str(LAUNCHER), fake]
        return [sys.executable, *start, *words]

    def run(self, *words: str, fake: str | None = None, **settings: Any) -> subprocess.CompletedProcess[Any]:
        return finished(self.command(*words, fake=fake), **settings)

    def probe(self, script: str, *words: str, **settings: Any) -> subprocess.CompletedProcess[Any]:
        """A Python script with the words as its arguments."""
        return finished([sys.executable, "-c", script, *words], **settings)

    def shell(self, script: str, **settings: Any) -> subprocess.CompletedProcess[Any]:
        """A bash script, in which $PYTHON is ours."""
        env = {"PYTHON": sys.executable} | settings.pop("env", {})
        return finished(["bash", "-c", script], env=env, **settings)

    def start(self, *words: str, fake: str, **settings: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(self.command(*words, fake=fake), env=environment(), text=True, **settings)


@pytest.fixture(scope="session")
def program() -> Program:
    return Program()


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    """Run the boundary in this process: words -> (code, out, err)."""

    def ask(*words: str) -> SimpleNamespace:
        capsys.readouterr()
        code = run(words)
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err)

    return ask


@pytest.fixture
def flow(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put functions of the test in the place of the flow's: flow(install=...)."""

    def replace(**functions: Callable[..., Any]) -> None:
        fake = ModuleType("installer.flow")
        vars(fake).update(functions)
        monkeypatch.setitem(sys.modules, "installer.flow", fake)
        monkeypatch.setattr(installer, "flow", fake, raising=False)

    return replace


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    """A copy of the built-in sample."""
    target = tmp_path / "manifests"
    target.mkdir()
    for file in sorted((ROOT / "scripts" / "sample").glob("*.yaml")):
        (target / file.name).write_bytes(file.read_bytes())
    return target
