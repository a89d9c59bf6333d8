"""docker-credential-NAME, which keeps credentials for image registries in some store. Keeps nothing itself.

The protocol: docker-credential-helpers, README, "Development": `get`, the server on stdin, JSON on stdout.
"""

import json
from collections.abc import Mapping

from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.programs.child import Bounds, run
from installer.programs.finding import given_program

SECONDS = 5.0
BOUNDS = Bounds(grace=1.0, stdout=1024 * 1024)
_NAME = late_pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
# What it writes to stdout, with exit code 1, where it has nothing (docker-credential-helpers, credentials/error.go).
_NOTHING = "credentials not found"


def stored(name: str, server: str, environment: Mapping[str, str], seconds: float = SECONDS) -> tuple[str, str] | None:
    """User and secret of a registry, of the helper `name`; None where it has none. Nothing it writes is ever shown.

    Raises InstallerError: FINDINGS where there is no such program, UNREACHABLE where it does not end in time (it may
    wait for somebody to unlock a store), DENIED where it fails, INVALID where it answers otherwise than it should.
    """
    if not _NAME.fullmatch(name):
        raise fail(ExitCode.INVALID, "no-credential-helper", f"{name!r} is no name of a credential helper")
    program = given_program(f"docker-credential-{name}", environment, what="credential-helper")
    found = run((program, "get"), timeout=seconds, environment=environment, stdin=f"{server}\n".encode(), bounds=BOUNDS)
    if found.code:
        if _NOTHING in found.stdout:
            return None
        message = f"docker-credential-{name} could not say who we are to {server} (exit code {found.code})"
        fix = f"echo {server} | docker-credential-{name} get says why"
        raise fail(ExitCode.DENIED, "credential-helper-failed", message, fix=fix)
    return _pair(found.stdout, name)


def _pair(text: str, name: str) -> tuple[str, str]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise _broken(name) from None
    pair = (said.get("Username"), said.get("Secret")) if isinstance(said, dict) else (None, None)
    user, secret = pair
    if not isinstance(user, str) or not isinstance(secret, str):
        raise _broken(name)
    return user, secret


def _broken(name: str) -> InstallerError:
    message = f"docker-credential-{name} answers with what is no user and secret"
    return fail(ExitCode.INVALID, "credential-helper-broken", message, fix="use --authfile FILE instead")
