"""Which container of a pod will not come up, and what its log's last words are, as pure functions. Reads nothing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from installer.model.dataclass import dataclass

Object = Mapping[str, Any]

# Of these a container has never run in this pod, so it has no log; the kubelet's own message says why.
_NEVER_RAN = frozenset({
    "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError",
    "RunContainerError",
})  # fmt: skip
_BAD = _NEVER_RAN | {"CrashLoopBackOff"}
_ORDINARY = frozenset({"", "Error", "Completed"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A container that does not come up by itself. `why` reads behind its name; `said` is the kubelet's message."""

    pod: str
    container: str
    kind: Literal["init container", "container"]
    why: str
    said: str
    has_run: bool


def fault(pod: Object) -> Fault | None:
    """The first container that ended with an error or waits for a reason that time does not cure.

    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states
    """
    for kind, one in _statuses(pod):
        state = one.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
        why = _why_waiting(waiting) or _why_ended(ended)
        if why:
            said = str(waiting.get("message") or ended.get("message") or "")
            ran = waiting.get("reason") not in _NEVER_RAN
            return Fault(str(pod["metadata"]["name"]), str(one["name"]), kind, why, said, ran)
    return None


def last_words(log: str) -> str:
    """The last line of a log that says something; empty of none."""
    return next(iter(latest_first(log, 1)), "")


def latest_first(log: str, lines: int) -> list[str]:
    """The last lines that say something, the newest first."""
    said = (line.rstrip() for line in reversed(log.splitlines()) if line.strip())
    return list(islice(said, lines))


def newest_warning(events: Sequence[Object]) -> str:
    """What the newest warning of an object's events says: `Multi-Attach error for volume ...`."""
    warnings = [one for one in events if one.get("type") == "Warning"]
    found = max(warnings, key=_told, default={})
    return " ".join(str(found.get("message") or "").split())


def _statuses(pod: Object) -> Iterator[tuple[Literal["init container", "container"], Object]]:
    status = pod.get("status") or {}
    if status.get("phase") == "Failed" and status.get("reason"):
        return  # the node threw it out (Evicted, Preempting, Shutdown): its controller makes another
    for one in status.get("initContainerStatuses") or []:
        yield "init container", one
    for one in status.get("containerStatuses") or []:
        yield "container", one


def _why_waiting(waiting: Object) -> str:
    return f"is in {waiting['reason']}" if waiting.get("reason") in _BAD else ""


def _why_ended(ended: Object) -> str:
    if not ended.get("exitCode"):
        return ""
    reason = str(ended.get("reason") or "")
    return f"ended with exit code {ended['exitCode']}" + (f" ({reason})" if reason not in _ORDINARY else "")


def _told(event: Object) -> str:
    """When it was told last; RFC 3339 in UTC sorts as text."""
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")
