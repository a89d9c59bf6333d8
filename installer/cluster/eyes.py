"""Lists of a cluster, each read once for everybody who asks, and ahead where the question is known. Judges nothing."""

import threading
from collections.abc import Iterable
from dataclasses import field

from installer.cluster.cluster import Cluster, Objects
from installer.cluster.resources import Kind
from installer.model.dataclass import dataclass

_EVERYTHING = 0  # in one answer: a list is one request, and no two of its pages are of different moments
# A connection costs both sides more than a list does.
_AT_A_TIME = 4


@dataclass(frozen=True, slots=True)
class Question:
    """One list; `namespace` None is all of them."""

    kind: Kind
    namespace: str | None = None
    labels: str = ""
    fields: str = ""


@dataclass
class _Reading:
    """A list that has begun, and what came of it."""

    over: threading.Event = field(default_factory=threading.Event)
    found: Objects = field(default_factory=list)
    error: Exception | None = None

    def answer(self) -> Objects:
        self.over.wait()
        if self.error is not None:
            raise self.error
        return self.found


class Eyes:
    """Remembers what a command has listed; raises what `Cluster.list` raises, and asks again then.

    What is read ahead is read by threads of its own, which end with the program whatever the API does.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._begun: dict[Question, _Reading] = {}
        self._waiting: list[Question] = []
        self._lock = threading.Lock()

    def ahead(self, questions: Iterable[Question]) -> None:
        """Begin to read what will be asked, in this order."""
        with self._lock:
            known = {*self._begun, *self._waiting}
            self._waiting += [one for one in dict.fromkeys(questions) if one not in known]
            count = min(_AT_A_TIME, len(self._waiting))
        for _ in range(count):
            threading.Thread(target=self._work, daemon=True).start()

    def list(
        self, kind: Kind, namespace: str | None = None, *, labels: str = "", fields: str = "", page: int = _EVERYTHING
    ) -> Objects:
        """As `Cluster.list`; `page` is of no account: everything comes in one answer."""
        del page
        question = Question(kind, namespace, labels, fields)
        with self._lock:
            known = self._begun.get(question)
            reading = known or self._begin(question)
        if known is None:
            self._read(question, reading)
        try:
            return reading.answer()
        except Exception:
            self._begun.pop(question, None)
            raise

    def forget(self) -> None:
        """The cluster has changed since."""
        with self._lock:
            self._begun.clear()
            self._waiting.clear()

    def _begin(self, question: Question) -> _Reading:
        """Nobody else reads it from now on. The lock is held."""
        if question in self._waiting:
            self._waiting.remove(question)
        reading = self._begun[question] = _Reading()
        return reading

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                question = self._waiting[0]
                reading = self._begin(question)
            self._read(question, reading)

    def _read(self, question: Question, reading: _Reading) -> None:
        try:
            reading.found = self._cluster.list(
                question.kind, question.namespace, labels=question.labels, fields=question.fields, page=_EVERYTHING
            )
        except Exception as error:  # noqa: BLE001 - whoever asks is told
            reading.error = error
        except BaseException as stop:
            reading.error = RuntimeError("the list was given up")
            reading.error.__cause__ = stop
            raise
        finally:
            reading.over.set()
