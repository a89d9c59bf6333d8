"""The journal of runs in Secrets of RHDH's namespace: written before a run, marked along it, read by whoever goes on.

A run is one Secret with a readable head and others with its bytes, which are there before the head is. Knows no step.
"""

import gzip
import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import replace
from typing import Any

from installer import __version__
from installer.apply.header import FINISHED, Header, Part, Phase, from_text, header_of, to_text
from installer.apply.secret_types import HEAD_TYPE, PART_TYPE
from installer.cluster.cluster import Cluster, Object, Objects
from installer.cluster.errors import NotFound
from installer.cluster.kinds import SECRET
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import LABELS, MANAGER, Run, RunState, Target

KEPT = 10
# A Secret holds 1 MiB; base64 and the request around it must fit etcd's 1.5 MiB.
PART = 700 * 1024
_INSTANCE, _RUN, _ROLE = f"{MANAGER}/instance", f"{MANAGER}/run", f"{MANAGER}/role"
_LABEL = 63


@dataclass(frozen=True, slots=True)
class Entry:
    """A run's head as the API holds it."""

    header: Header
    uid: str
    version: str


class Journal:
    """One run and how far it has come. Every mark raises InstallerError: CONFLICT where somebody else marks it too."""

    def __init__(self, cluster: Cluster, run: Run, entry: Entry) -> None:
        self._cluster, self.run, self.header, self._version = cluster, run, entry.header, entry.version

    def begin(self, number: int) -> None:
        """Before the first write of a step."""
        self._mark(
            replace(self.header.marked(number, "pending"), state="running", begun=max(number, self.header.begun))
        )

    def done(self, number: int) -> None:
        self._mark(self.header.marked(number, "done"))

    def turn(self, phase: Phase, since: int | None) -> None:
        """From now on what was written is put back; `since` as in Header."""
        self._mark(replace(self.header, phase=phase, since=since, state="running"))

    def go_on(self) -> None:
        """A run that had stopped is at work again."""
        if self.header.state != "running":
            self._mark(replace(self.header, state="running"))

    def close(self, state: RunState, *, failed: int | None = None, over: bool = False) -> None:
        """The run stops here, at the step `failed` if one did.

        `over`: nothing is left to take up, though it did not come to its end.
        """
        header = self.header if failed is None else self.header.marked(failed, "failed")
        ended = over or state in FINISHED
        self._mark(replace(header, state=state, phase="over" if ended else header.phase))

    def _mark(self, header: Header) -> None:
        name, namespace = _head_name(self.run.id), self.run.target.namespace
        change = {"data": {"header": _encoded(to_text(header))}}
        answer = self._cluster.patch(SECRET, name, namespace, change, version=self._version, manager=MANAGER)
        self.header, self._version = header, answer["metadata"]["resourceVersion"]


def write(cluster: Cluster, run: Run) -> Journal:
    """Begin a run: its parts, then its head. The Lease must be held. Raises InstallerError as `Cluster.create`."""
    from installer.model.recorded import to_data  # noqa: PLC0415 - what begins no run needs the heads only

    target = run.target
    data = gzip.compress(json.dumps(to_data(run), separators=(",", ":")).encode(), mtime=0)
    parts: list[Part] = []
    for at in range(0, len(data), PART):
        name = f"{_head_name(run.id)}-{len(parts)}"
        content = {"data": b64encode(data[at : at + PART]).decode("ascii")}
        made = cluster.create(SECRET, _secret(name, run, "part", PART_TYPE, content), target.namespace)
        parts.append(Part(name, made["metadata"]["uid"]))
    header = header_of(run, __version__, tuple(parts), hashlib.sha256(data).hexdigest())
    content = {"header": _encoded(to_text(header))}
    made = cluster.create(SECRET, _secret(_head_name(run.id), run, "head", HEAD_TYPE, content), target.namespace)
    return Journal(cluster, run, _entry(made, header))


def runs(cluster: Cluster, namespace: str, instance: str) -> tuple[Entry, ...]:
    """The heads of an instance's runs, the newest first; one request. Raises InstallerError: INVALID."""
    labels = f"{_INSTANCE}={label_of(instance)},{_ROLE}=head"
    return runs_of(cluster.list(SECRET, namespace, labels=labels), instance)


def runs_of(secrets: Objects, instance: str) -> tuple[Entry, ...]:
    """As `runs`, of Secrets that were read already."""
    wanted = {_INSTANCE: label_of(instance), _ROLE: "head"}
    of_instance = [one for one in secrets if wanted.items() <= (one["metadata"].get("labels") or {}).items()]
    found = [_entry(one, _header(one)) for one in of_instance]
    return tuple(sorted(found, key=lambda one: (one.header.started, one.header.run), reverse=True))


def beside(cluster: Cluster, namespace: str, instance: str) -> tuple[Header, ...]:
    """The heads of the runs that another instance of the namespace still stands on. Raises InstallerError: INVALID."""
    found = cluster.list(SECRET, namespace, labels=f"{_INSTANCE}!={label_of(instance)},{_ROLE}=head")
    return tuple(header for header in map(_header, found) if header.state == "done")


def load(cluster: Cluster, namespace: str, run: str) -> Journal:
    """A run with all that it says, as it stands now.

    Raises InstallerError: TARGET where there is no such run, INVALID where its bytes are damaged.
    """
    from installer.model.recorded import from_data  # noqa: PLC0415

    try:
        found = cluster.get(SECRET, _head_name(run), namespace)
    except NotFound:
        raise unknown(run, namespace) from None
    entry = _entry(found, _header(found))
    try:
        parts = [cluster.get(SECRET, one.name, namespace) for one in entry.header.parts]
        data = b"".join(b64decode(one["data"]["data"]) for one in parts)
        if hashlib.sha256(data).hexdigest() != entry.header.digest:
            raise _damaged(run)
        loaded = from_data(json.loads(gzip.decompress(data)))
    except (NotFound, OSError, EOFError, ValueError, KeyError, TypeError):
        raise _damaged(run) from None
    if not isinstance(loaded, Run):
        raise _damaged(run)
    return Journal(cluster, loaded, entry)


def tidy(cluster: Cluster, target: Target) -> None:
    """Make room for a new run: `KEPT` are kept with it, and those that have not come to their end.

    Bytes whose head was never written go too. The Lease must be held.
    """
    found = runs(cluster, target.namespace, target.name)
    for entry in found[KEPT - 1 :]:
        if not entry.header.is_open:
            _remove(cluster, target.namespace, entry)
    known = ",".join(one.header.run for one in found)
    others = f",{_RUN} notin ({known})" if known else ""
    labels = f"{_INSTANCE}={label_of(target.name)},{_ROLE}=part{others}"
    for one in cluster.list(SECRET, target.namespace, labels=labels):
        cluster.delete(SECRET, one["metadata"]["name"], target.namespace, uid=one["metadata"]["uid"])


def unknown(run: str, namespace: str) -> InstallerError:
    fix = "rhdh-orchestrator history shows the runs that are known"
    return fail(ExitCode.TARGET, "run-unknown", f"no run {run} in the journal of namespace {namespace}", fix=fix)


def forget(run: str, namespace: str) -> str:
    """The command that removes a run from the journal."""
    return f"kubectl delete secrets -l {_RUN}={run} -n {namespace}"


def label_of(name: str) -> str:
    """A name as the value of a label, which is shorter than a name may be."""
    if len(name) <= _LABEL:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return f"{name[: _LABEL - 13]}-{digest}"


def _remove(cluster: Cluster, namespace: str, entry: Entry) -> None:
    """The head first: a run without its bytes would be a damaged one."""
    cluster.delete(SECRET, _head_name(entry.header.run), namespace, uid=entry.uid)
    for part in entry.header.parts:
        cluster.delete(SECRET, part.name, namespace, uid=part.uid)


def _head_name(run: str) -> str:
    return f"{MANAGER}-run-{run}"


def _secret(name: str, run: Run, role: str, kind: str, data: dict[str, str]) -> dict[str, Any]:
    labels = {**LABELS, _INSTANCE: label_of(run.target.name), _RUN: run.id, _ROLE: role}
    metadata = {"name": name, "namespace": run.target.namespace, "labels": labels}
    return {"metadata": metadata, "type": kind, "data": data}


def _entry(found: Object, header: Header) -> Entry:
    return Entry(header, found["metadata"]["uid"], found["metadata"]["resourceVersion"])


def _header(found: Object) -> Header:
    try:
        return from_text(b64decode(found["data"]["header"]).decode("utf-8"))
    except (ValueError, KeyError, TypeError):
        raise _damaged(str(found["metadata"]["name"]).removeprefix(_head_name(""))) from None


def _encoded(text: str) -> str:
    return b64encode(text.encode("utf-8")).decode("ascii")


def _damaged(run: str) -> InstallerError:
    message = f"the journal of run {run} is damaged, or a newer version of this program wrote it"
    fix = f"use that version; kubectl get secrets -l {_RUN}={run} shows what is there"
    return fail(ExitCode.INVALID, "journal-damaged", message, fix=fix)
