"""Asks the semver that npm itself uses, in one Node process for all questions. Holds no opinion itself."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PATIENCE = 60.0


class Absent(Exception):
    """npm's semver cannot be had here; the message says why."""


def answers(questions: Sequence[Sequence[Any]]) -> list[Any]:
    """One answer per question (npm-semver.js says which there are). Raises Absent."""
    program = shutil.which("node")
    if program is None:
        raise Absent("node is not installed")
    command = [program, str(HERE / "npm-semver.js"), str(_package())]
    done = subprocess.run(
        command, input=json.dumps(list(questions)), capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def _package() -> Path:
    """Beside npm: its own copy of the package."""
    npm = shutil.which("npm")
    if npm is None:
        raise Absent("npm is not installed")
    for folder in Path(npm).resolve().parents:
        for place in (folder / "node_modules" / "semver", folder / "node_modules" / "npm" / "node_modules" / "semver"):
            if (place / "package.json").is_file():
                return place
    raise Absent(f"there is no semver near {npm}")
