"""Who we are to the API: the header that a user of a kubeconfig sends. Starts a login program through `kubernetes`."""

import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import Any, cast

from installer.cluster.errors import Unauthorized, Unreachable
from installer.cluster.kubeconfig import Chosen, Entry, document
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail

# A login program that hangs ends the command as an API does that never answers.
LOGIN_SECONDS = 60.0
# Started as a program, never imported: it bounds the login program that the Python client starts without a bound.
_BOUND = Path(__file__).resolve().parents[1] / "programs" / "login_child.py"
# A token in a file is another one now and then: https://github.com/kubernetes/client-go/blob/master/transport
_TOKEN_SECONDS = 60.0


@dataclass(frozen=True)
class Login:
    """`authorization` gives the header's value anew for each request; None where the certificate says it all.

    `renewed` is asked where the API does not take it: whether there is another by now.
    `user` is the entry with what a login program has said of certificates. Holds credentials: never print it.
    """

    authorization: Callable[[], str | None] = field(repr=False)
    user: Entry = field(repr=False)
    renewed: Callable[[], bool] = field(default=lambda: False, repr=False)


def login(chosen: Chosen, seconds: float) -> Login:
    """Logs in as kubectl would: a token, else a provider or a program, else name and password.

    Raises InstallerError: Unauthorized (DENIED) where a program fails, Unreachable where it does not end in time.
    """
    user = chosen.user
    if user.get("auth-provider") or (user.get("exec") and not (user.get("token") or user.get("tokenFile"))):
        return _by_client(chosen, seconds)
    if user.get("tokenFile"):
        file = _TokenFile(Path(user["tokenFile"]), user.get("token"))
        return Login(file.header, user, file.is_another)
    said = _said(user)
    return Login(lambda: said, user)


def _said(user: Entry) -> str | None:
    if user.get("token"):
        return f"Bearer {user['token']}"
    if "username" in user and "password" in user:
        pair = f"{user['username']}:{user['password']}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    return None


@dataclass
class _TokenFile:
    """A file that somebody else keeps fresh; `token` is what counts where it cannot be read."""

    path: Path
    token: str | None = field(repr=False)
    read: float = -_TOKEN_SECONDS

    def header(self) -> str:
        if time.monotonic() - self.read >= _TOKEN_SECONDS:
            self.token, self.read = self._now(), time.monotonic()
        return f"Bearer {self.token}"

    def is_another(self) -> bool:
        before, self.read = self.token, -_TOKEN_SECONDS
        return self.header() != f"Bearer {before}"

    def _now(self) -> str:
        try:
            found = self.path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            found, why = "", getattr(error, "strerror", None) or "it is no text"
        else:
            why = "it is empty"
        if not found and not self.token:
            raise fail(ExitCode.DENIED, "kubeconfig-denied", f"{self.path}: {why}")
        return found or str(self.token)


def _by_client(chosen: Chosen, seconds: float) -> Login:
    """What the Python client does for us: login programs and providers, and logging in again when a token is old."""
    from kubernetes.client import Configuration  # noqa: PLC0415 - half a second, which most kubeconfigs do not need
    from kubernetes.config import ConfigException, kube_config  # noqa: PLC0415

    configuration: Any = Configuration()
    loader = cast("Any", kube_config).KubeConfigLoader
    bounded = replace(chosen, user=_bounded(chosen.user, seconds))
    began = time.monotonic()
    try:
        with _logins_said() as said:
            loader(document(bounded), config_base_path="").load_and_set(configuration)
    except ConfigException as error:
        raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"the kubeconfig cannot be used: {error}") from None
    except OSError as error:
        raise fail(ExitCode.DENIED, "kubeconfig-denied", f"{error.filename}: {error.strerror}") from None
    if said:
        program = (chosen.user.get("exec") or {}).get("command", "the login program")
        if time.monotonic() - began >= seconds:
            raise Unreachable(f"{program}, which the kubeconfig runs to log in, did not end within {seconds:.3g} s")
        # Its own words may hold a token; they are for --debug of that program.
        raise Unauthorized(f"{program}, which the kubeconfig runs to log in, failed")
    shown = {"client-certificate": configuration.cert_file, "client-key": configuration.key_file}
    user = {key: value for key, value in chosen.user.items() if not key.startswith("client-")}
    user |= {key: value for key, value in shown.items() if value}
    return Login(lambda: configuration.get_api_key_with_prefix("BearerToken", alias="authorization"), user)


def _bounded(user: Entry, seconds: float) -> Entry:
    """The user with its login program under a clock."""
    program = user.get("exec")
    if not isinstance(program, dict) or "command" not in program:
        return user
    arguments = ["-I", "-S", str(_BOUND), f"{seconds:.3f}", str(program["command"]), *(program.get("args") or [])]
    return {**user, "exec": {**program, "command": sys.executable, "args": arguments}}


@contextmanager
def _logins_said() -> Iterator[list[str]]:
    """The Python client logs that a login program failed, and goes on as nobody: keep that, and print none of it."""
    import logging  # noqa: PLC0415

    said: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.levelname)

    root, keeper = logging.getLogger(), Keeper(logging.ERROR)
    others, root.handlers = root.handlers, [keeper]
    try:
        yield said
    finally:
        root.handlers = others
