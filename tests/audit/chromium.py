"""A headless Chromium of this machine, by its DevTools protocol, and axe-core from npm; skips where there is none."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome-headless-shell")
AXE = "axe-core@4.14.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rhdh-orchestrator" / AXE
PATIENCE = 60.0
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-extensions", "--disable-background-networking", "--disable-sync", "--mute-audio", "--no-proxy-server"),
    *("--remote-debugging-port=0", "--remote-allow-origins=*", "--hide-scrollbars", "about:blank"),
)


def axe() -> str:
    """axe-core as one script. Skips, loudly, where npm cannot bring it."""
    script = CACHE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            pytest.skip("npm is missing, so there is no axe-core: whether the page is accessible was NOT tried")
        words = ["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--ignore-scripts", AXE]
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(
                f"{AXE} cannot be installed: whether the page is accessible was NOT tried: {done.stderr[-300:]}"
            )
    return script.read_text(encoding="utf-8")


@contextmanager
def browser() -> Iterator["Tab"]:
    """One tab of a browser of its own, ended with everything it started. Skips, loudly, where there is no browser."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"there is no Chromium ({', '.join(NAMES)}): the HTML report was NOT opened in a browser")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        child = subprocess.Popen(
            [program, f"--user-data-dir={profile}", *FLAGS], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            with_tab = Tab(websocket.create_connection(_address(Path(profile), child), timeout=PATIENCE))
            try:
                yield with_tab
            finally:
                with_tab.socket.close()
        finally:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _address(profile: Path, child: "subprocess.Popen[bytes]") -> str:
    """Where the browser listens, once it has written that down."""
    told = profile / "DevToolsActivePort"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if child.poll() is not None:
            pytest.skip(f"Chromium ended with {child.returncode}: the HTML report was NOT opened in a browser")
        lines = told.read_text().splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    pytest.skip("Chromium does not listen: the HTML report was NOT opened in a browser")


class Tab:
    """One page. `said` is what came to its console, `asked` the addresses it asked for."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self.socket = socket
        self.number = 0
        self.session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        self.number += 1
        asked = {"id": self.number, "method": method, "params": parameters}
        self.socket.send(json.dumps(asked | ({"sessionId": self.session} if self.session else {})))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            self.events.append(answer)

    def open(self, url: str) -> None:
        """Loads a page and waits until its scripts have run."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not any(one.get("method") == "Page.loadEventFired" for one in self.events):
            self.events.append(json.loads(self.socket.recv()))

    def js(self, expression: str) -> Any:
        """The value of an expression in the page, of a promise when it is kept."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def emulate(self, *, media: str = "", scheme: str = "light", width: int = 1200) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed)

    @property
    def said(self) -> list[str]:
        """Errors and warnings of the console, of whatever kind, and exceptions that nobody caught."""
        found = []
        for one in self.events:
            match one.get("method"):
                case "Runtime.exceptionThrown":
                    found.append(str(one["params"]["exceptionDetails"]))
                case "Runtime.consoleAPICalled":
                    found.append(str(one["params"]["args"]))
                case "Log.entryAdded":
                    found.append(one["params"]["entry"]["text"])
        return found

    @property
    def asked(self) -> list[str]:
        return [
            one["params"]["request"]["url"] for one in self.events if one.get("method") == "Network.requestWillBeSent"
        ]
