"""The TLS of a cluster's address: whom we trust, and the certificate that we show. Opens no connection.

Keys that stand in a kubeconfig lie in a file of ours for the moment in which they are read: OpenSSL takes no other.
"""

import binascii
import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from installer.cluster.kubeconfig import Entry
from installer.model.errors import ExitCode, InstallerError, fail


def tls_of(cluster: Entry, user: Entry) -> ssl.SSLContext:
    """Raises InstallerError: INVALID for what is no certificate or key, DENIED for a file that may not be read."""
    with _said("certificate-authority"):
        context = _trusting(cluster)
    with _said("client-certificate"), ExitStack() as files:
        certificate, key = (files.enter_context(_file(user, f"client-{one}")) for one in ("certificate", "key"))
        if certificate is not None:
            # A key under a password cannot be used, as with kubectl; without one OpenSSL would ask the terminal.
            context.load_cert_chain(certificate, key, password="")
    return context


def proxy_tls_of(cluster: Entry) -> ssl.SSLContext:
    """Of a proxy by https: Go's clients hold it to the cluster's authority; one that the system trusts is taken too.

    It is shown no certificate of ours. Raises as `tls_of`.
    """
    with _said("certificate-authority"):
        context = _trusting(cluster)
    context.load_default_certs()
    return context


def _trusting(cluster: Entry) -> ssl.SSLContext:
    """As Go does: an authority that is said replaces the system's, and old forms of certificates are taken."""
    if cluster.get("insecure-skip-tls-verify"):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    data, path = _data(cluster, "certificate-authority"), cluster.get("certificate-authority")
    if data is not None:
        context = ssl.create_default_context(cadata=data.decode("utf-8", "replace"))
    else:
        context = ssl.create_default_context(cafile=_readable(path) if path else None)
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return context


def _data(entry: Entry, key: str) -> bytes | None:
    """What stands in the kubeconfig itself, which counts before a path."""
    return b64decode(str(entry[f"{key}-data"])) if entry.get(f"{key}-data") else None


@contextmanager
def _file(user: Entry, key: str) -> Iterator[str | None]:
    data = _data(user, key)
    if data is None:
        yield _readable(user[key]) if user.get(key) else None
        return
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - most kubeconfigs name files

    with TemporaryDirectory() as folder:  # 0700
        path = Path(folder) / key
        path.touch(mode=0o600)
        path.write_bytes(data)
        yield str(path)


def _readable(path: Any) -> str:
    """The path; what OpenSSL says of a file that it cannot open does not name it."""
    with Path(path).open("rb"):
        return str(path)


@contextmanager
def _said(what: str) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise fail(ExitCode.DENIED, "kubeconfig-denied", f"{error.filename}: {error.strerror}") from None
    except ssl.SSLError as error:
        raise _invalid(f"its {what} cannot be used ({error.reason or 'it is none'})") from None
    except binascii.Error:
        raise _invalid(f"its {what}-data is no base64") from None
    except OSError as error:
        raise _invalid(f"its {what}: {error.filename}: {error.strerror}") from None


def _invalid(why: str) -> InstallerError:
    return fail(ExitCode.INVALID, "kubeconfig-invalid", f"the kubeconfig cannot be used: {why}")
