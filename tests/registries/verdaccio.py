"""Verdaccio, a real npm registry, on loopback: installed once outside the checkout, started once, ended by id."""

import base64
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.registries import tarballs
from tests.registries.packages import sri

VERSION = "6.7.4"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rhdh-orchestrator" / f"verdaccio-{VERSION}"
PROGRAM = CACHE / "node_modules" / ".bin" / "verdaccio"
# node-fetch: Verdaccio 6.7.4 wants a release that Node 20 does not load.
PACKAGE = {"private": True, "dependencies": {"verdaccio": VERSION}, "overrides": {"node-fetch": "2.6.7"}}
CONFIG = """\
storage: {storage}
auth: {{htpasswd: {{file: {folder}/htpasswd, max_users: 10}}}}
uplinks: {{}}
packages:
  '@private/*': {{access: $authenticated, publish: $anonymous}}
  '**': {{access: $all, publish: $anonymous}}
log: {{type: stdout, level: warn}}
"""


def program() -> Path:
    """The installed Verdaccio. Skips, loudly, where npm is missing or cannot install it."""
    if shutil.which("npm") is None:
        pytest.skip("npm is missing: nothing was tried against a real registry")
    if not PROGRAM.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text(json.dumps(PACKAGE))
        words = ["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=400, check=False)
        if done.returncode:
            pytest.skip(
                f"Verdaccio {VERSION} cannot be installed, nothing was tried against a real registry: {done.stderr}"
            )
    return PROGRAM


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its URL, once it answers."""
    (folder / "config.yaml").write_text(CONFIG.format(storage=folder / "storage", folder=folder))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(program()), "--config", str(folder / "config.yaml"), "--listen", f"127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(f"{url}-/ping", child)
        yield url
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(url: str, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and child.poll() is None:
        try:
            _opener().open(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"Verdaccio does not answer at {url}")


def publish(url: str, folder: Path, name: str, version: str) -> None:
    """Packs and publishes a package of one file with npm itself."""
    where = folder / f"{name.replace('/', '-')}-{version}"
    where.mkdir()
    (where / "package.json").write_text(json.dumps({"name": name, "version": version, "main": "index.js"}))
    (where / "index.js").write_text(f"module.exports = '{name}'\n")
    (where / ".npmrc").write_text(f"//{url.removeprefix('http://')}:_authToken=anybody\n")
    _npm(["publish", "--registry", url, "--tag", "latest"], where)


def published(url: str, folder: Path, spec: str) -> str:
    """The integrity as npm itself reads it."""
    return _npm(["view", spec, "dist.integrity", "--registry", url], folder).strip()


def put(url: str, name: str, version: str, *, tag: str = "latest") -> str:
    """Publishes a package as npm does, in a tenth of the time: what npm sends is known. Its integrity."""
    content = tarballs.package(said=tarballs.manifest(name, version))
    file = f"{name}-{version}.tgz"
    dist = {"integrity": sri(content), "tarball": f"{url}{name}/-/{file.rpartition('/')[2]}"}
    document = {
        "_id": name,
        "name": name,
        "dist-tags": {tag: version},
        "versions": {version: {**json.loads(tarballs.manifest(name, version)), "dist": dist}},
        "_attachments": {
            file: {
                "content_type": "application/octet-stream",
                "data": base64.b64encode(content).decode(),
                "length": len(content),
            }
        },
    }
    _send(url, name, document)
    return sri(content)


def deprecate(url: str, name: str, version: str, why: str) -> None:
    """As `npm deprecate`."""
    document = packument(url, name)
    document["versions"][version]["deprecated"] = why
    _send(url, name, document)


def packument(url: str, name: str) -> Any:
    with _opener().open(f"{url}{quote(name, safe='@')}", timeout=30) as answer:
        return json.load(answer)


def _send(url: str, name: str, document: Any) -> None:
    request = urllib.request.Request(f"{url}{quote(name, safe='@')}", json.dumps(document).encode(), method="PUT")  # noqa: S310
    request.add_header("Content-Type", "application/json")
    _opener().open(request, timeout=30).close()


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def log_in(url: str, name: str, password: str) -> str:
    """A new user's token."""
    body = json.dumps({"name": name, "password": password}).encode()
    request = urllib.request.Request(f"{url}-/user/org.couchdb.user:{name}", body, method="PUT")  # noqa: S310
    request.add_header("Content-Type", "application/json")
    with _opener().open(request, timeout=30) as answer:
        return str(json.load(answer)["token"])


def _npm(words: list[str], folder: Path) -> str:
    env = {**os.environ, "HOME": str(folder), "npm_config_cache": str(folder / "npm-cache"), "NO_PROXY": "127.0.0.1"}
    settings = {"cwd": folder, "env": env, "capture_output": True, "text": True, "timeout": 120}
    done = subprocess.run(["npm", "--loglevel=error", *words], check=False, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout
