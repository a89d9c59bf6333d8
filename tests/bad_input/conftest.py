"""A portal to spoil, and the program that answers in JSON: in this process, or as a child where that is the matter."""

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "scripts" / "sample"
VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
SECONDS = 10  # of processor time, which a busy machine does not change
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "installer", *words]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def obey_modes() -> None:
    """In a child before it starts: from now on root may read no more than the mode of a file says."""
    if os.getuid() == 0:
        library = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            assert library.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


def contents(folder: Path) -> dict[str, bytes | str | None]:
    """Every file's bytes, every link's target, None for what cannot be read without waiting."""
    return {path.relative_to(folder).as_posix(): one(path) for path in sorted(folder.rglob("*")) if not plain(path)}


def plain(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def one(path: Path) -> bytes | str | None:
    if path.is_symlink():
        return str(path.readlink())
    return path.read_bytes() if path.is_file() else None


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """A copy of the built-in sample: an operator's RHDH 1.6."""
    folder = tmp_path / "portal"
    folder.mkdir()
    for file in sorted(SAMPLE.glob("*.yaml")):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def in_a_child(words: tuple[str, ...], before: Callable[[], object]) -> tuple[int, str, str]:
    """Run it as a process that has done something `before` it starts: (code, out, err)."""
    done = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(),
        preexec_fn=before,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., SimpleNamespace]:
    """words -> code, the one document on stdout, stderr; asserts what holds for every answer."""

    def in_this_process(words: tuple[str, ...]) -> tuple[int, str, str]:
        capsys.readouterr()
        before = time.process_time()
        code = run(words)
        assert time.process_time() - before < SECONDS
        return code, *capsys.readouterr()

    def ask(*words: str, expect: int | None = None, child_after: Callable[[], object] | None = None) -> SimpleNamespace:
        words = (*words, "-o", "json")
        code, out, err = in_a_child(words, child_after) if child_after else in_this_process(words)
        document = json.loads(out)
        VALIDATOR.validate(document)
        assert document["exit"]["code"] == code
        assert "Traceback" not in err
        for problem in document["errors"]:
            assert problem["fix"] or code in (130, 143)
        if expect is not None:
            assert code == expect, document["errors"]
        return SimpleNamespace(code=code, document=document, err=err)

    return ask


@pytest.fixture
def refused(answer: Callable[..., SimpleNamespace]) -> Callable[..., SimpleNamespace]:
    """`install --yes` on a folder is refused with an exit code and an error code, and changes nothing."""

    def check(folder: Path, code: int, name: str, *words: str) -> SimpleNamespace:
        before = contents(folder) if folder.is_dir() else None
        said = answer("install", "--directory", str(folder), "--yes", *words, expect=code)
        assert name in [error["code"] for error in said.document["errors"]]
        assert folder.is_dir() is (before is not None)
        assert before is None or contents(folder) == before
        return said

    return check
