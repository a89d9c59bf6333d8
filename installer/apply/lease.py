"""The Lease of one RHDH: taken, renewed, taken over from the dead, given back. Knows nothing of what is done under it.

As the leader election of client-go: a Lease is dead when nobody has renewed it for its duration, by our own clock.
https://kubernetes.io/docs/concepts/architecture/leases/
"""

import hashlib
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from installer.apply.hands import Progress
from installer.apply.holder import Holder, holder_of, is_gone, this_process
from installer.cluster.cluster import Cluster, Object
from installer.cluster.connect import connect
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Conflict, NotFound
from installer.cluster.kinds import LEASE
from installer.cluster.options import ConnectionOptions
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import LABELS, MANAGER, Target

DURATION = 15.0
RENEWAL = 5.0
PATIENCE = 20.0  # longer than the duration: whoever died elsewhere is outlived
_SURE = 10.0  # so long after a renewal the Lease is ours without a question
_REQUEST = 9.0  # a slow API is one; with the rest between two renewals it fits into the duration
_FAREWELL = 2.0  # when the command's time is over: it ends within 5 s, its start and end on a busy machine included
_POLL = 1.0  # a watch would need `list leases`, which is more than the rest does
_LONGEST = 253
_SPACE = f"{MANAGER}/pid-namespace"


def name_of_lease(instance: str) -> str:
    """The name, within what Kubernetes takes: that of a Deployment alone may be as long."""
    name = f"{MANAGER}-{instance}"
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(instance.encode()).hexdigest()[:12]
    return f"{name[: _LONGEST - 13].rstrip('.-')}-{digest}"


@contextmanager
def lease(
    connection: ConnectionOptions, target: Target, *, until: Deadline, progress: Progress, patience: float = PATIENCE
) -> Iterator["Lease"]:
    """Hold the target's Lease, renewed in the background over a connection of its own, until the block ends.

    :param until: bounds the wait for whoever holds it, as `patience` (seconds) does
    :raises InstallerError: CONFLICT where a living process holds it, with its name and since when
    """
    # The command's --timeout does not count for it: what is over must still be given back.
    request = min(_REQUEST, until.left + 1, connection.request_timeout or _REQUEST)
    cluster = connect(replace(connection, timeout=None, request_timeout=request))
    try:
        taken = Lease(cluster, target.namespace, name_of_lease(target.name), this_process())
        try:
            taken.take(Deadline.after(max(0.001, min(patience, until.left))), progress)
            taken.keep()
            yield taken
        finally:
            taken.give_back(_FAREWELL if until.is_over else 2 * _REQUEST)
    finally:
        cluster.close()


@dataclass(frozen=True, slots=True)
class _Seen:
    """A Lease as it was seen last, and when (our clock)."""

    uid: str
    renewed: str
    at: float


class Lease:
    """One Lease. `take`, `keep` and `give_back` are for `lease`; what is done under it asks `held`."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, holder: Holder) -> None:
        self._cluster, self._namespace, self._name, self._holder = cluster, namespace, name, holder
        self._mine: Object | None = None
        self._renewed = 0.0
        self._guard = threading.Lock()  # one connection, two threads
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def held(self) -> None:
        """Raises InstallerError: CONFLICT once it is no longer ours, UNREACHABLE where that cannot be asked."""
        with self._guard:
            if self._mine is not None and _now() - self._renewed > _SURE:
                self._renew()
            if self._mine is None:
                raise self._lost()

    def take(self, until: Deadline, progress: Progress) -> None:
        """Wait until it is ours. Raises InstallerError: CONFLICT."""
        seen: _Seen | None = None
        said = ""
        while True:
            found = self._find()
            if found is None:
                got = self._create()
            else:
                seen = _seen(found, seen)
                why = _free(found, seen)
                if why:
                    progress(f"taking over the Lease {self._address}: {why}")
                got = self._take_over(found) if why else False
            if got:
                return
            if until.is_over and found is not None:
                raise self._taken(found)
            if found is not None and _whose(found) != said:
                said = _whose(found)
                progress.wait(f"the Lease {self._address}", said)
            until.sleep(_POLL if found is not None else 0.1)

    def keep(self) -> None:
        """Renew it from now on."""
        self._thread = threading.Thread(target=self._go_on, name=self._name, daemon=True)
        self._thread.start()

    def give_back(self, within: float) -> None:
        """Delete it where it is still ours; one that cannot be deleted within so many seconds runs out."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(within)
        else:
            self._end()

    # -- one step each

    def _go_on(self) -> None:
        while not self._ended.wait(RENEWAL):
            # Whatever went wrong is found out again by `held`, which can say it.
            with self._guard, suppress(InstallerError):
                if self._mine is not None:
                    self._renew()
        self._end()

    def _end(self) -> None:
        with self._guard, suppress(InstallerError):
            if self._mine is None:
                return
            try:
                self._delete(self._mine)
            except Conflict:  # a renewal may have arrived though its answer was lost
                found = self._find()
                if found is not None and self._is_mine(found):
                    self._delete(found)
            self._mine = None

    def _renew(self) -> None:
        assert self._mine is not None  # noqa: S101 - asked by both callers
        asked = _now()
        try:
            self._mine = self._patch(self._mine, {"renewTime": _stamp()})
        except NotFound:
            self._mine = None
        except Conflict:
            found = self._find()
            # Somebody may have put a label on it.
            self._mine = found if found is not None and self._is_mine(found) else None
            if self._mine is not None:
                self._mine = self._patch(self._mine, {"renewTime": _stamp()})
        if self._mine is not None:
            self._renewed = asked

    def _find(self) -> Object | None:
        try:
            return self._cluster.get(LEASE, self._name, self._namespace)
        except NotFound:
            return None

    def _create(self) -> bool:
        asked, stamp = _now(), _stamp()
        metadata = {"name": self._name, "namespace": self._namespace, "labels": dict(LABELS)}
        metadata["annotations"] = {_SPACE: self._holder.space}
        spec = {**self._spec(stamp), "leaseTransitions": 0}
        try:
            self._mine = self._cluster.create(LEASE, {"metadata": metadata, "spec": spec}, self._namespace)
        except Conflict:
            return False
        self._renewed = asked
        return True

    def _take_over(self, found: Object) -> bool:
        asked = _now()
        transitions = int((found.get("spec") or {}).get("leaseTransitions") or 0) + 1
        spec = {**self._spec(_stamp()), "leaseTransitions": transitions}
        try:
            self._mine = self._patch(found, spec, {"annotations": {_SPACE: self._holder.space}})
        except (Conflict, NotFound):
            return False
        self._renewed = asked
        return True

    def _spec(self, stamp: str) -> dict[str, Any]:
        holder = {"holderIdentity": self._holder.identity, "leaseDurationSeconds": int(DURATION)}
        return {**holder, "acquireTime": stamp, "renewTime": stamp}

    def _patch(self, found: Object, spec: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> Object:
        change = {"spec": dict(spec), "metadata": dict(metadata or {})}
        version = found["metadata"]["resourceVersion"]
        return self._cluster.patch(LEASE, self._name, self._namespace, change, version=version, manager=MANAGER)

    def _delete(self, found: Object) -> None:
        metadata = found["metadata"]
        version = metadata["resourceVersion"]
        self._cluster.delete(LEASE, self._name, self._namespace, uid=metadata["uid"], version=version)

    def _is_mine(self, found: Object) -> bool:
        return bool((found.get("spec") or {}).get("holderIdentity") == self._holder.identity)

    # -- words

    @property
    def _address(self) -> str:
        return f"{self._namespace}/{self._name}"

    def _taken(self, found: Object) -> InstallerError:
        message = f"another run is at work on this RHDH: {_whose(found)}; nothing was written"
        look = f"kubectl get leases.coordination.k8s.io {self._name} -n {self._namespace} -o yaml shows who it is"
        return fail(ExitCode.CONFLICT, "lease-held", message, fix=f"wait until it has ended; {look}")

    def _lost(self) -> InstallerError:
        message = f"the Lease {self._address} is no longer ours: it was deleted, or another run took over"
        return fail(ExitCode.CONFLICT, "lease-lost", message, fix="rhdh-orchestrator history shows the runs")


def is_held(cluster: Cluster, namespace: str, instance: str) -> bool:
    """Whether somebody seems to be at work: a Lease that its holder, as far as can be told from here, still renews.

    One look cannot measure a duration by our own clock: the holder's must do, with room for clocks that differ.
    """
    try:
        found = cluster.get(LEASE, name_of_lease(instance), namespace)
    except NotFound:
        return False
    if _holder_is_gone(found):
        return False
    renewed = _parsed(str((found.get("spec") or {}).get("renewTime") or ""))
    return renewed is not None and time.time() - renewed < 2 * DURATION


def _seen(found: Object, before: _Seen | None) -> _Seen:
    """What stood there when it last moved: an unchanged Lease keeps the moment of the first look."""
    uid, renewed = found["metadata"]["uid"], str((found.get("spec") or {}).get("renewTime"))
    if before is not None and (before.uid, before.renewed) == (uid, renewed):
        return before
    return _Seen(uid, renewed, _now())


def _free(found: Object, seen: _Seen) -> str:
    """Why it may be taken; empty while somebody lives who holds it."""
    spec = found.get("spec") or {}
    if not spec.get("holderIdentity"):
        return "nobody holds it"
    if _holder_is_gone(found):
        return f"its holder, {_whose(found)}, has ended"
    duration = float(spec.get("leaseDurationSeconds") or DURATION)
    return (
        f"its holder, {_whose(found)}, has not renewed it for {duration:.0f} s" if _now() - seen.at > duration else ""
    )


def _holder_is_gone(found: Object) -> bool:
    identity = str((found.get("spec") or {}).get("holderIdentity") or "")
    holder = holder_of(identity, (found["metadata"].get("annotations") or {}).get(_SPACE) or "")
    return not identity or (holder is not None and is_gone(holder))


def _whose(found: Object) -> str:
    spec = found.get("spec") or {}
    identity = str(spec.get("holderIdentity") or "nobody")
    holder = holder_of(identity, "")
    name = f"process {holder.number} of the machine booted as {holder.boot}" if holder else identity
    return f"{name}, since {spec.get('acquireTime') or 'an unknown time'}"


def _now() -> float:
    """Seconds that go on while a laptop sleeps, where the system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _stamp() -> str:
    """A MicroTime: the API wants exactly six digits."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _parsed(stamp: str) -> float | None:
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return None
