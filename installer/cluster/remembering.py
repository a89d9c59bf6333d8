"""Keeps one text of a server between runs, in a folder that only its owner may enter. Fails silently: it is a cache."""

import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from installer.model.dataclass import dataclass

SECONDS = 600.0
_FORM = "1"  # of the text; another one is another file


@dataclass(frozen=True)
class Memory:
    """One file; `path` None remembers nothing."""

    path: Path | None

    def read(self) -> str | None:
        """The text; None where there is none, or none that is young and ours."""
        if self.path is None:
            return None
        try:
            status = self.path.stat()
            if not 0 <= time.time() - status.st_mtime < SECONDS or _is_foreign(status):
                return None
            return self.path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def write(self, text: str) -> None:
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_foreign(self.path.parent.stat()):
                return
            self.path.parent.chmod(0o700)
            # A private file of its own first: two commands may write at once.
            made = self.path.with_name(f"{os.urandom(8).hex()}.new")
            number = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            made.replace(self.path)
        except OSError:
            return

    def clear(self) -> None:
        if self.path is not None:
            try:
                self.path.unlink(missing_ok=True)
            except OSError:
                return


def memory_of(server: str, cache_dir: str | None, environment: Mapping[str, str]) -> Memory:
    """The memory of one server's discovery: in --cache-dir, else XDG_CACHE_HOME, else ~/.cache."""
    home = environment.get("XDG_CACHE_HOME") or ""
    root = Path(cache_dir) if cache_dir else Path(home or "~/.cache").expanduser() / "rhdh-orchestrator"
    key = hashlib.sha256(f"{_FORM}\n{server}".encode()).hexdigest()[:32]
    return Memory(root / "discovery" / f"{key}.json")


def _is_foreign(status: os.stat_result) -> bool:
    """Somebody else could have written it: what it says must not lead our requests."""
    return hasattr(os, "getuid") and (status.st_uid != os.getuid() or bool(status.st_mode & 0o022))
