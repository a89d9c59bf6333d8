"""Opens a TCP connection within so many seconds, however many addresses a name has. Speaks no protocol on it.

As Go's dialer, which kubectl uses: what is left of the time is shared by the addresses that are left.
https://pkg.go.dev/net#Dialer (Timeout)
"""

import socket
import threading
import time
from typing import Any

# An address that does not answer leaves this much to the next, where there is as much.
_LEAST = 2.0


def dial(host: str, port: int, seconds: float) -> socket.socket:
    """A socket whose timeout is `seconds`. Raises OSError: of the last address, TimeoutError when the time is over."""
    until = time.monotonic() + seconds
    found = _addresses(host, port, seconds)
    error: OSError = OSError(None, f"{host} has no address")
    for number, (family, kind, protocol, _, address) in enumerate(found):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        share = max(left / (len(found) - number), min(_LEAST, left))
        try:
            return _connected(socket.socket(family, kind, protocol), address, share, seconds)
        except OSError as why:
            error = why
    raise error


def _connected(made: socket.socket, address: Any, share: float, seconds: float) -> socket.socket:
    try:
        made.settimeout(share)
        made.connect(address)
        made.settimeout(seconds)
    except BaseException:
        made.close()
        raise
    return made


def _addresses(host: str, port: int, seconds: float) -> list[Any]:
    """What the system knows a name as. A resolver cannot be stopped, so it is left behind when the time is over."""
    if _is_address(host):
        return socket.getaddrinfo(as_it_is(host), port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    found: list[Any] = []
    errors: list[OSError] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(as_it_is(host), port, type=socket.SOCK_STREAM))
        except OSError as error:
            errors.append(error)

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(seconds)
    if errors:
        raise errors[0]
    if not found:
        raise TimeoutError
    return found


def as_it_is(name: str) -> Any:
    """A name in bytes is taken as it is: Python would load all of Unicode to spell a text."""
    return name.encode("ascii") if name.isascii() else name


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
