"""Watches a kind without a gap: resumes where a watch ended, lists again where that is too old. Decides nothing."""

import json
import time
from collections.abc import Iterator
from typing import Literal

from installer.cluster.cluster import Cluster, Object
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Gone, Unreachable
from installer.cluster.resources import Kind
from installer.cluster.transport import Dropped, chunks, lines, translated
from installer.model.dataclass import dataclass

_SECONDS = 30.0
_GONE = 410
_PAUSE = 0.2
_FAILURES_IN_A_ROW = 5
# What lies between us and the API may end every quiet connection: one that lived so long (seconds) did not fail.
_LIVED = 5.0
Seen = dict[tuple[str, str], Object]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an object; `DELETED` carries it as it last was."""

    type: Literal["ADDED", "MODIFIED", "DELETED"]
    object: Object


def watch(
    cluster: Cluster,
    kind: Kind,
    namespace: str | None = None,
    *,
    until: Deadline,
    name: str | None = None,
    labels: str = "",
) -> Iterator[Event]:
    """What is there as ADDED, then what happens, until the deadline; no event is lost or told twice.

    :param name: watch one object only
    :raises InstallerError: as `Cluster.list`; a connection that breaks is made again, five times in a row at most
    """
    return _Watch(cluster, kind, namespace, until, f"metadata.name={name}" if name else "", labels).run()


class _Watch:
    def __init__(
        self, cluster: Cluster, kind: Kind, namespace: str | None, until: Deadline, fields: str, labels: str
    ) -> None:
        self.cluster, self.kind, self.namespace, self.until = cluster, kind, namespace, until
        self.fields, self.labels = fields, labels
        self.seen: Seen = {}
        self.version = ""
        self.failures = 0

    def run(self) -> Iterator[Event]:
        while not self.until.is_over:
            if not self.version:
                yield from self._listed()
            began = time.monotonic()
            try:
                yield from self._streamed()
            except Gone:
                self.version = ""
            except (Dropped, Unreachable):
                self.failures = 1 if time.monotonic() - began > _LIVED else self.failures + 1
                if self.failures > _FAILURES_IN_A_ROW:
                    raise
                self.until.sleep(0.1 * 2**self.failures)

    def _listed(self) -> Iterator[Event]:
        """What differs between what was seen last and what is there now."""
        found, self.version = self.cluster.listed(self.kind, self.namespace, fields=self.fields, labels=self.labels)
        now = {_address(one): one for one in found}
        for address in [one for one in self.seen if one not in now]:
            yield Event("DELETED", self.seen.pop(address))
        for address, one in now.items():
            known = self.seen.get(address)
            self.seen[address] = one
            if known is None:
                yield Event("ADDED", one)
            elif _version(known) != _version(one):
                yield Event("MODIFIED", one)

    def _streamed(self) -> Iterator[Event]:
        seconds = min(_SECONDS, self.cluster.deadline.request * 0.75, self.until.left)
        answer = self.cluster.stream(
            self.kind, self.namespace, self.version, seconds=seconds, fields=self.fields, labels=self.labels
        )
        heard = False
        try:
            with translated(self.cluster.server, seconds):
                for line in lines(chunks(answer)):
                    heard = True
                    yield from self._told(line)
                    if self.until.is_over:
                        return
        finally:
            answer.close()
        if not heard:  # whoever ends watches at once must not be asked without a pause
            self.until.sleep(_PAUSE)

    def _told(self, line: bytes) -> Iterator[Event]:
        try:
            told = json.loads(line)
            kind, item = told["type"], told["object"]
        except (ValueError, KeyError, TypeError):
            raise Dropped("a watch said something that is no event", sent=True) from None
        if kind == "ERROR":
            if item.get("code") == _GONE:
                raise Gone(str(self.kind))
            raise Dropped(f"a watch ended with an error ({item.get('reason')})", sent=True)
        self.failures = 0
        self.version = _version(item) or self.version
        if kind == "BOOKMARK":
            return
        if kind == "DELETED":
            self.seen.pop(_address(item), None)
        else:
            kind = "MODIFIED" if _address(item) in self.seen else "ADDED"
            self.seen[_address(item)] = item
        yield Event(kind, item)


def _address(one: Object) -> tuple[str, str]:
    return one["metadata"].get("namespace", ""), one["metadata"]["name"]


def _version(one: Object) -> str:
    return str(one["metadata"].get("resourceVersion", ""))
