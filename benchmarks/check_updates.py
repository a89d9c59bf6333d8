"""npm-check-updates, which is to a package.json what `plugins outdated` is to plugins; it lies outside the checkout."""

import json
import os
import subprocess
from pathlib import Path

VERSION = "22.2.8"  # the last for Node 20
_CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rhdh-orchestrator"
_FOLDER = _CACHES / f"npm-check-updates-{VERSION}"


def program() -> Path:
    """Raises subprocess.CalledProcessError where npm cannot install it."""
    found = _FOLDER / "node_modules" / ".bin" / "ncu"
    if not found.exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        wanted = {"private": True, "dependencies": {"npm-check-updates": VERSION}}
        (_FOLDER / "package.json").write_text(json.dumps(wanted))
        words = ["npm", "install", "--prefix", str(_FOLDER), "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(words, check=True, timeout=400)
    return found
