"""What RHDH's installers check of one enabled plugin, as far as it needs no download. Does not download or merge.

A download itself is taken to succeed, except where npm or skopeo refuse the string itself.
"""

import base64
import binascii
import re
from typing import Any

from installer.model.late_pattern import late_pattern
from installer.plugins.behaviour import Behaviour
from installer.plugins.documents import crash
from installer.plugins.identity import INHERIT, LOCAL, OCI
from installer.plugins.run import Held, Run

ALGORITHMS = ("sha512", "sha384", "sha256")
_LENGTHS = {"sha512": 64, "sha384": 48, "sha256": 32}
# What npm can fetch from; any other scheme is "unsupported".
_SCHEME = late_pattern(r"(?:git\+)?([a-z]+):", re.IGNORECASE)
_FETCHED = frozenset(("http", "https", "git", "git+http", "git+https", "git+ssh", "git+file", "git+rsync", "git+ftp"))
_OTHERS = frozenset(("file", "npm", "github", "gitlab", "bitbucket", "gist", "ssh", "git+github"))
_LONE_DIGEST = late_pattern(r"@sha256:(?![0-9a-f]{64}\Z)(.*)", re.DOTALL)


class Fault(Exception):
    """What is wrong with one plugin, in RHDH's words."""


def check(run: Run, held: Held) -> None:
    """All checks of an enabled plugin, in RHDH's order. Raises Fault."""
    package = held.package
    if not isinstance(package, str):
        missing = f"'{type(package).__name__}' object has no attribute 'startswith'"
        raise Fault(crash(AttributeError(missing)))
    if run.behaviour.oci != "none" and package.startswith(OCI):
        _check_oci(run, package, run.behaviour)
    else:
        _check_npm(run, held, package)


def _check_oci(run: Run, package: str, behaviour: Behaviour) -> None:
    if digest := _LONE_DIGEST.search(package.partition("!")[0]):
        run.warnings.append(f"{package}: {digest[1]} is no sha256 digest, which has 64 hexadecimal digits")
    if behaviour.language == "javascript":
        return
    parts = package.split("!")
    if len(parts) == 1 and behaviour.oci == "pattern":
        return
    try:
        image, _ = parts
    except ValueError as error:
        raise Fault(behaviour.oci_failure.format(package=package, reason=error)) from error
    if behaviour.oci == "split" and (refused := _refused_by_skopeo(image.removeprefix(OCI))):
        run.warnings.append(f"{package}: skopeo refuses the image: {refused}")
        raise Fault(behaviour.oci_failure.format(package=package, reason=_skopeo_failed(image)))


def _skopeo_failed(image: str) -> str:
    """What is left of skopeo's error: the command. Its temporary directory has another name in every run."""
    import hashlib  # noqa: PLC0415 - loads OpenSSL, and hardly any run comes here

    local = hashlib.sha256(image.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    command = ["/usr/bin/skopeo", "copy", image.replace(OCI, "docker://"), f"dir:/tmp/…/{local}"]
    return f"Command '{command}' returned non-zero exit status 1."


def _refused_by_skopeo(image: str) -> str | None:
    """Why skopeo would not even ask for the image."""
    name, _, digest = image.partition("@")
    if digest and ":" in name.rpartition("/")[2]:
        return "Docker references with both a tag and digest are currently not supported"
    return "invalid reference format" if INHERIT in image else None


def _check_npm(run: Run, held: Held, package: str) -> None:
    verified = not package.startswith(LOCAL) and not run.skips_integrity
    missing = verified and not _has_integrity(held.values, run.behaviour)
    if missing and not run.unknown:
        raise Fault(_no_integrity(package, run.behaviour))
    if scheme := _unsupported(package):
        reason = f'npm error code EUNSUPPORTEDPROTOCOL\nnpm error Unsupported URL Type "{scheme}:": {package}'
        raise Fault(run.behaviour.npm_failure.format(package=package, reason=reason))
    if missing:
        run.warnings.append(
            f"{package} has no integrity of its own; it is taken to come from {', '.join(run.unknown)}, "
            "which is not at hand"
        )
    elif verified:
        _check_integrity(run, held.values["integrity"], package)


def _has_integrity(values: dict[Any, Any], behaviour: Behaviour) -> bool:
    if behaviour.integrity == "key":
        return "integrity" in values
    return values.get("integrity") not in (None, "", False, 0)


def _no_integrity(package: str, behaviour: Behaviour) -> str:
    message = f"No integrity hash provided for Package {package}"
    if behaviour.language == "python":
        return message
    return (
        f"{message}. This is an insecure installation. To ignore this error, "
        "set the SKIP_INTEGRITY_CHECK environment variable to 'true'."
    )


def _unsupported(package: str) -> str | None:
    match = _SCHEME.match(package) if "://" in package else None
    if match is None or "://" not in package[match.end() - 1 : match.end() + 2]:
        return None
    scheme = match[0][:-1].lower()
    return None if scheme in _FETCHED | _OTHERS else scheme


def _check_integrity(run: Run, integrity: object, package: str) -> None:
    python = run.behaviour.language == "python"
    algorithm, text = _split_python(integrity, package) if python else _split_javascript(integrity, package)
    if algorithm not in ALGORITHMS:
        listed = repr(ALGORITHMS) if python else ", ".join(ALGORITHMS)
        raise Fault(
            f"{package}: Provided Package integrity algorithm {algorithm} is not supported, "
            f"please use one of following algorithms {listed} instead"
        )
    octets = _decode_python(text) if python else _decode_javascript(text)
    if octets is None:
        raise Fault(f"{package}: Provided Package integrity hash {text} is not a valid base64 encoding")
    if len(octets) != _LENGTHS[algorithm]:
        run.warnings.append(
            f"{package}: the integrity is {len(octets)} bytes long; a {algorithm} hash has {_LENGTHS[algorithm]}, "
            "so no download can match it"
        )


def _split_python(integrity: object, package: str) -> tuple[str, str]:
    if not isinstance(integrity, str):
        raise Fault(f"Package integrity for {package} must be a string")
    algorithm, *rest = integrity.split("-")
    if len(rest) != 1:
        raise Fault(f"Package integrity for {package} must be a string of the form <algorithm>-<hash>")
    return algorithm, rest[0]


def _split_javascript(integrity: object, package: str) -> tuple[str, str]:
    # A list has `indexOf` as a text has; nothing else does.
    if not isinstance(integrity, str | list):
        raise Fault("i.indexOf is not a function")
    algorithm, dash, text = integrity.partition("-") if isinstance(integrity, str) else ("", "", "")
    if not dash:
        raise Fault(f"Package integrity for {package} must be a string of the form <algorithm>-<hash>")
    return algorithm, text


def _decode_python(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    except ValueError as error:
        # Letters beyond ASCII: an exception that RHDH does not expect.
        raise Fault(crash(error)) from error


def _decode_javascript(text: str) -> bytes | None:
    """JavaScript takes a text without its padding, and refuses one that is not what it decodes to."""
    bare = text.rstrip("=")
    if not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", text) or len(bare) % 4 == 1:
        return None
    octets = base64.b64decode(bare + "=" * (-len(bare) % 4))
    return octets if base64.b64encode(octets).decode("ascii").rstrip("=") == bare else None
