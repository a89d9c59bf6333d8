"""Debian's docker-registry, a real image registry, on loopback: started per test, ended by id."""

import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD = "anna", "s3cret-word"
# bcrypt of PASSWORD, the only kind that the registry takes.
HTPASSWD = f"{USER}:$2y$04$abcdefghijklmnopqrstuuzQDw2v3CQSMowG.sq3X.nH1lfmlmQMW\n"


@dataclass(frozen=True)
class Running:
    """`certificate` is the CA that the registry's own certificate is of; None where it speaks plain http."""

    host: str
    certificate: Path | None
    authorization: str | None

    def send(self, method: str, path: str, body: bytes, kind: str) -> Any:
        url = path if "://" in path else f"{'https' if self.certificate else 'http'}://{self.host}{path}"
        headers = {"Content-Type": kind} | ({"Authorization": self.authorization} if self.authorization else {})
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310
        context = ssl.create_default_context(cafile=str(self.certificate)) if self.certificate else None
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310
            return answer.headers

    def push(self, path: str, tag: str, manifest: dict[str, Any], blobs: list[bytes]) -> str:
        for blob in blobs:
            place = self.send("POST", f"/v2/{path}/blobs/uploads/", b"", "application/octet-stream")["Location"]
            digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
            self.send("PUT", f"{place}&digest={digest}", blob, "application/octet-stream")
        body = json.dumps(manifest).encode()
        said = self.send("PUT", f"/v2/{path}/manifests/{tag}", body, manifest["mediaType"])
        return str(said["Docker-Content-Digest"])


@contextmanager
def running(folder: Path, *, tls: bool = False, authorization: str | None = None) -> Iterator[Running]:
    """Once it answers. With `authorization` it asks for USER and PASSWORD."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("docker-registry is missing (apt-get install docker-registry): no real image registry was tried")
    certificate = _certificate(folder) if tls else None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": host},
    }
    if certificate:
        config["http"]["tls"] = {"certificate": str(certificate), "key": str(folder / "key.pem")}
    if authorization:
        (folder / "htpasswd").write_text(HTPASSWD)
        config["auth"] = {"htpasswd": {"realm": "here", "path": str(folder / "htpasswd")}}
    (folder / "config.json").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        words = [program, "serve", str(folder / "config.json")]
        child = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, "OTEL_TRACES_EXPORTER": "none"})
    try:
        _wait(host, child, folder / "log")
        yield Running(host, certificate, authorization)
    finally:
        child.terminate()
        child.wait(10)


def _certificate(folder: Path) -> Path:
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([*words.split(), *files], check=True, capture_output=True, timeout=60)
    return folder / "cert.pem"


def _wait(host: str, child: "subprocess.Popen[bytes]", log: Path) -> None:
    name, _, port = host.partition(":")
    until = time.monotonic() + 20
    while time.monotonic() < until and child.poll() is None:
        try:
            socket.create_connection((name, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"docker-registry did not start: {log.read_text()}")
