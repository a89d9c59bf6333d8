"""Starts the real config loader of Backstage in one Node process and asks it questions. Holds no opinion itself."""

import hashlib
import json
import math
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, Queue
from typing import Any

HERE = Path(__file__).parent
PINS = ("package.json", "package-lock.json")
PATIENCE = 5.0
FIRST_PATIENCE = 30.0
INSTALL_PATIENCE = 300.0


class Absent(Exception):
    """The oracle cannot be had here; the message says why."""


class Silent(Exception):
    """The oracle gave no answer in time, or died."""


def install() -> Path:
    """The directory with the pinned packages, installed once per user and set of pins. Raises Absent."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Absent(f"{program} is not installed")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in PINS)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    target = cache / "rhdh-orchestrator" / "oracles" / digest
    if not target.exists():
        _install_into(target)
    return target


def _install_into(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        for pin in PINS:
            shutil.copy(HERE / pin, name)
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        try:
            done = subprocess.run(
                command, cwd=name, capture_output=True, text=True, timeout=INSTALL_PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Absent(f"`npm ci` took longer than {INSTALL_PATIENCE:.0f} s") from error
        if done.returncode:
            raise Absent(f"`npm ci` failed: {done.stderr.strip()[-500:]}")
        if not target.exists():
            Path(name).rename(target)
            Path(name).mkdir()


class ConfigLoader:
    """One long-lived Node process; started again where it does not answer."""

    def __init__(self) -> None:
        self.packages = install()
        self.process: subprocess.Popen[str] | None = None
        self.answers: Queue[str] = Queue()

    def effective(
        self, tree: Mapping[str, str], files: Sequence[str], env: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """{"value": …} or {"error": {"name", "message"}} of these files and this environment."""
        return self._ask({"tree": dict(tree), "files": list(files), "env": dict(env or {})})

    def yaml(self, text: str) -> dict[str, Any]:
        """{"value": …} or {"error": …} of one text."""
        return self._ask({"yaml": text})

    def close(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        patience = PATIENCE if self.process else FIRST_PATIENCE
        process = self.process or self._start()
        if process.stdin is None:
            raise Silent("the oracle has no input")
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = self.answers.get(timeout=patience)
        except (Empty, BrokenPipeError) as error:
            self.close()
            raise Silent(f"no answer within {patience:.0f} s") from error
        if not line:
            self.close()
            raise Silent("the oracle died")
        answer: dict[str, Any] = json.loads(line, object_hook=_number)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        command = ["node", "--max-old-space-size=512", str(HERE / "config-loader.js"), str(self.packages)]
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.packages,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self.process, self.answers = process, Queue()
        threading.Thread(target=_pump, args=(process, self.answers), daemon=True).start()
        return process


def _pump(process: "subprocess.Popen[str]", answers: "Queue[str]") -> None:
    if process.stdout is None:
        return
    try:
        for line in process.stdout:
            answers.put(line)
    except ValueError:  # closed while reading
        pass
    answers.put("")


def _number(data: dict[str, Any]) -> Any:
    special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    return special[data["\0"]] if set(data) == {"\0"} else data
