"""Certificates that sign themselves, by openssl, and servers' side of TLS with them. Keeps nothing."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def certificate(folder: Path, name: str, subject: str) -> None:
    """NAME.key and NAME.crt in a folder; a subject as in DNS:api.test."""
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt"]
    alternative = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={subject}"]
    subprocess.run(["openssl", *words, *files, *alternative], check=True, capture_output=True)


def serving(folder: Path, name: str) -> ssl.SSLContext:
    """The TLS of a server that shows the certificate of a name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context
