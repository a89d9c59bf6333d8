"""Connections to one server that are kept and shared by threads. Judges no answer, retries nothing."""

from dataclasses import field

from installer.cluster.connection import Connection, Route
from installer.cluster.http import Headers, Incoming
from installer.model.dataclass import dataclass


class NotConnected(Exception):
    """There is no connection; `why` is what the system or the proxy said."""

    def __init__(self, why: OSError) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass
class Pool:
    """Connections by one route. Raises OSError, Malformed, and NotConnected where no request can have been sent."""

    route: Route
    _kept: list[Connection] = field(default_factory=list)
    _closed: bool = False

    def send(self, method: str, path: str, headers: Headers, body: bytes | None, seconds: float) -> "Answer":
        """One request, and its answer as soon as that has begun; `path` with its query."""
        connection = self._connected(seconds)
        try:
            connection.send(method, path, headers, body)
            incoming = Incoming()
            incoming.begin(connection.receive)
        except BaseException:
            connection.close()
            raise
        return Answer(self, connection, incoming)

    def close(self) -> None:
        """Those that are in use are closed when their answer was read."""
        self._closed = True
        while self._kept:
            self._kept.pop().close()

    def keep(self, connection: Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._kept.append(connection)  # append and pop are one step each for all threads

    def _connected(self, seconds: float) -> Connection:
        while self._kept:
            try:
                known = self._kept.pop()
            except IndexError:  # another thread was faster
                break
            if known.is_alive():
                known.sock.settimeout(seconds)
                return known
            known.close()
        try:
            return Connection(self.route, seconds)
        except OSError as error:
            raise NotConnected(error) from error


@dataclass
class Answer:
    """An answer whose body is still to be read, to its end or until `close`."""

    pool: Pool
    connection: Connection
    incoming: Incoming

    @property
    def status(self) -> int:
        return self.incoming.status

    @property
    def headers(self) -> dict[str, str]:
        """By their names in lower case."""
        return self.incoming.headers

    def read(self) -> bytes:
        """What has come of the body; b"" at the end. Raises ConnectionError where the end came too early."""
        found = self.incoming.taken()
        while not found and not self.incoming.ended:
            self.incoming.feed(self.connection.receive())
            found = self.incoming.taken()
        return found

    def close(self) -> None:
        self.connection.close()

    def release(self) -> None:
        """The body was read to its end: the connection may be of use to the next."""
        if self.incoming.is_last:
            self.connection.close()
        else:
            self.pool.keep(self.connection)
