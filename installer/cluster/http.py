"""HTTP/1.1: spells requests, reads an answer as its bytes come. Opens no connection and judges no answer.

On httptools (llhttp, the parser of Node): `http.client` loads what reads e-mail, and takes a millisecond for each head.
"""

from collections.abc import Callable, Sequence
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from installer.model.errors import ExitCode, fail

Headers = Sequence[tuple[str, str]]
# A head longer than this is nobody's: Go's servers send at most 1 MB, and Kubernetes a few hundred bytes.
_HEAD = 1024 * 1024
_OK, _TELL_THE_END = 200, ("content-length", "transfer-encoding")


class Malformed(Exception):
    """What was answered is no HTTP; the text says why, and quotes nothing of it."""


def spelled(method: str, target: str, headers: Headers, body: bytes | None = None) -> bytes:
    """A request as it is sent; names of users may be of any language, as Go's clients send them (UTF-8).

    Raises InstallerError (INVALID) for a target that cannot be asked for, and a value that would end its line.
    """
    if not target.isascii() or not target.isprintable() or " " in target:
        # What is asked for is quoted; the rest is what somebody calls the server.
        message = "the address of the API server holds a blank, or a character that no address has"
        raise fail(ExitCode.INVALID, "server-invalid", message, fix="look at --server and the kubeconfig's clusters")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1 or "\0" in head:
        # The value may be a token.
        message = "a token or the name of a user holds a line end, or a NUL: neither can be sent"
        raise fail(ExitCode.INVALID, "header-invalid", message, fix="look at --token, --as and the kubeconfig's users")
    return f"{head}\r\n\r\n".encode() + (body or b"")


class Incoming:
    """An answer: `status` and `headers` (names in lower case) once it has `begun`, then its body until it has `ended`.

    `is_last`: the connection is of no use to another request. The methods `on_...` are what httptools calls.
    """

    def __init__(self) -> None:
        self.status, self.headers = 0, dict[str, str]()
        self.begun, self.ended, self.is_last = False, False, True
        self._body: list[bytes] = []
        self._length_of_head = 0
        self._parser: Any = HttpResponseParser(self)

    def begin(self, receive: Callable[[], bytes]) -> None:
        """Until status and headers are there. Raises as `feed`."""
        while not self.begun:
            self.feed(receive())

    def feed(self, data: bytes) -> None:
        """What has come; b"" where nothing more will. Raises Malformed, and ConnectionError for a cut."""
        if not data:
            self._cut()
            return
        self._length_of_head += 0 if self.begun else len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            raise Malformed("it speaks another protocol") from None
        except HttpParserError as error:
            if not self.ended:
                raise Malformed(str(error)) from None
            self.is_last = True  # something behind the end
        if not self.begun and self._length_of_head > _HEAD:
            raise Malformed("its head has no end")

    def taken(self) -> bytes:
        """What has come of the body since it was taken last."""
        found = b"".join(self._body)
        self._body.clear()
        return found

    def _cut(self) -> None:
        if not self.begun or any(name in self.headers for name in _TELL_THE_END):
            raise ConnectionError("the answer was cut off")
        self.ended = True

    def on_message_begin(self) -> None:
        self.is_last = self.is_last or self.ended

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.begun:
            self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < _OK:  # it announces the answer (RFC 9110, 15.2)
            self.headers.clear()
        elif not self.begun:
            self.status, self.begun = status, True
            self.is_last = not self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        if not self.ended:
            self._body.append(body)

    def on_message_complete(self) -> None:
        self.ended = self.begun
