"""The program in this process, in a folder of the test's own."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())


@pytest.fixture
def speak(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., SimpleNamespace]:
    """Run the program in a folder: words -> code, out, err. Nothing of this shell's environment may be in them."""
    monkeypatch.setenv("SECRET_OF_THIS_SHELL", "leaked")

    def answer(folder: Path, *words: str) -> SimpleNamespace:
        monkeypatch.chdir(folder)
        capfd.readouterr()
        code = run(words)
        out, err = capfd.readouterr()
        assert "leaked" not in out + err
        return SimpleNamespace(code=code, out=out, err=err)

    return answer


@pytest.fixture
def ask(speak: Callable[..., SimpleNamespace]) -> Callable[..., SimpleNamespace]:
    """The same for its one document: words -> code, document, result."""

    def answer(folder: Path, *words: str) -> SimpleNamespace:
        said = speak(folder, *words, "-o", "json")
        document = json.loads(said.out)
        VALIDATOR.validate(document)
        assert document["exit"]["code"] == said.code
        return SimpleNamespace(code=said.code, document=document, result=document["result"] or {})

    return answer
