"""Follows the rollout of a workload by watching it, then its pods, until the newest template runs. Starts no rollout.

Pods tell of a crash, which their Deployment never does; the Deployment tells when nothing of the old is left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from installer.apply.explaining import Crashed, explained
from installer.apply.hands import Hands
from installer.cluster.cluster import Object, Objects
from installer.cluster.deadline import FOREVER, Deadline
from installer.cluster.errors import Forbidden, Unreachable
from installer.cluster.kinds import EVENT, POD, REPLICA_SET, kind_of
from installer.cluster.watching import Event, watch
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.plan.faults import fault, newest_warning
from installer.plan.readiness import (
    Failed,
    Ready,
    Waiting,
    condition,
    mark,
    newest_pods,
    observed,
    pods,
    replicas,
    rollout,
    selector,
    why_not,
)

# However quiet the pods are, so often (seconds) the workload and the events are looked at as well.
_QUIET = 15.0
# Between the last pod's readiness and the workload's word for it lie milliseconds.
_SETTLING = 5.0
# What is left of the time for the last words, which must not need a request.
_RESERVE = 0.5


@dataclass
class Following:
    """One rollout. `forgiving`: a crashed pod may still be replaced, by whoever puts the old template back."""

    hands: Hands
    workload: Ref
    forgiving: bool = False
    _now: Object = field(default_factory=dict)
    _sets: Objects = field(default_factory=list)
    _marks: set[str] = field(default_factory=set)
    _old: str = ""
    _last: str = ""
    _warned: str = ""

    def begun(self, beyond: int, within: float, silence: Callable[[], InstallerError]) -> None:
        """Wait until the workload's generation is past one, and its controller has seen that.

        :param within: seconds until `silence` is raised, if nothing has changed the workload until then
        """
        self._say("nothing has changed it yet")
        with in_time(self.hands.cluster.deadline, silence):
            for event in self._watched(within):
                generation = event.object["metadata"]["generation"]
                if event.type != "DELETED" and generation > beyond and observed(event.object):
                    return
        raise silence()

    def ended(self) -> None:
        """Wait until every pod runs the newest template and nothing of the old is left.

        Raises Crashed; InstallerError: FINDINGS where it is scaled to 0, UNREACHABLE when the time is over.
        """
        with in_time(self.hands.cluster.deadline, self._late):
            is_over = self._is_rolled_out(0.0)  # the command was taken up again, or there is nothing to run
            while not is_over:
                is_over = self._is_rolled_out(_SETTLING if self._pods_up() else 0.0)

    # -- pods

    def _pods_up(self) -> bool:
        """Whether the newest pods are all ready; looks for `_QUIET` seconds at most. Raises Crashed."""
        self._look()
        found: dict[str, Object] = {}
        labels = selector(self._now)
        for event in watch(
            self.hands.cluster, POD, self.workload.namespace, until=self._for(_QUIET), labels=labels
        ):  # fmt: skip
            name = event.object["metadata"]["name"]
            if event.type == "DELETED":
                found.pop(name, None)
            else:
                found[name] = event.object
            if event.type == "DELETED" or mark(event.object) not in self._marks:
                self._look()
                self._marks.add(mark(event.object))
            if self._judge(list(found.values())):
                return True
        self._say_warning(newest_pods(self._now, self._sets, list(found.values())))
        return False

    def _judge(self, found: Objects) -> bool:
        newest = newest_pods(self._now, self._sets, found)
        broken = next((one for one in map(fault, newest) if one is not None), None)
        if broken is not None and not self.forgiving:
            self._look()  # the template may just have been put back
            if any(one["metadata"]["name"] == broken.pod for one in newest_pods(self._now, self._sets, found)):
                raise explained(self.hands.cluster, self.workload.namespace, broken)
        state, wanted = pods(newest), replicas(self._now)
        ready = [one for one in newest if condition(one, "Ready").get("status") == "True"]
        words = f"{len(ready)} of {wanted} pods run the newest template"
        self._say(words + (f"; {why_not(state)}" if why_not(state) else ""))
        return isinstance(state, Ready) and len(ready) >= wanted

    def _say_warning(self, newest: Sequence[Mapping[str, Any]]) -> None:
        """What keeps pods waiting stands in events: a volume that is attached elsewhere, no node with room."""
        refused = condition(self._now, "ReplicaFailure")
        if refused.get("status") == "True":
            self._warn(f"no pod can be made: {refused.get('message')}")
        for one in newest:
            warning = "" if condition(one, "Ready").get("status") == "True" else self._warning(one)
            if warning:
                self._warn(f"pod {one['metadata']['name']}: {warning}")

    def _warning(self, pod: Mapping[str, Any]) -> str:
        about = f"involvedObject.kind=Pod,involvedObject.name={pod['metadata']['name']}"
        try:
            return newest_warning(self.hands.cluster.list(EVENT, self.workload.namespace, fields=about))
        except Forbidden:
            return ""

    # -- the workload

    def _look(self) -> None:
        self._now = self.hands.cluster.get(kind_of(self.workload), self.workload.name, self.workload.namespace)
        if self.workload.kind == "Deployment":
            labels = selector(self._now)
            self._sets = self.hands.cluster.list(REPLICA_SET, self.workload.namespace, labels=labels)
        self._marks |= {mark(one) for one in self._sets}

    def _is_rolled_out(self, seconds: float) -> bool:
        """Whether nothing of an older template is left; waits so long for it."""
        self._look()
        if self._is_ready(self._now) or not seconds:
            return self._is_ready(self._now)
        for event in self._watched(seconds):
            if self._is_ready(event.object):
                return True
            self._say(self._old)
        return False

    def _watched(self, seconds: float) -> Iterator[Event]:
        until, kind = self._for(seconds), kind_of(self.workload)
        return watch(self.hands.cluster, kind, self.workload.namespace, until=until, name=self.workload.name)

    def _is_ready(self, workload: Object) -> bool:
        match rollout(workload):
            case Ready():
                return True
            case Failed(why) if not self.forgiving:
                raise self._stuck(why)
            case Failed(why) | Waiting(why):
                self._old = why
                return False

    def _stuck(self, why: str) -> InstallerError:
        if replicas(self._now) == 0:
            fix = f"kubectl scale {self._called()} -n {self.workload.namespace} --replicas 1"
            return fail(ExitCode.FINDINGS, "workload-idle", f"{self.workload}: {why}", fix=fix)
        message = f"the rollout of {self.workload} is stuck: {why}{self._seen()}"
        fix = f"kubectl describe {self._called()} -n {self.workload.namespace}"
        return Crashed(Problem("rollout-stuck", message, None, fix, ExitCode.FINDINGS))

    def _late(self) -> InstallerError:
        message = f"the rollout of {self.workload} did not end in time{self._seen()}"
        fix = f"kubectl get pods -n {self.workload.namespace}, then the command again with a longer --timeout"
        return fail(ExitCode.UNREACHABLE, "rollout-late", message, fix=fix)

    def _seen(self) -> str:
        """What was seen last, and the last warning: a pod's own status does not tell of a volume it waits for."""
        return "".join(f"; {words}" for words in dict.fromkeys((self._last, self._warned)) if words)

    def _called(self) -> str:
        return f"{self.workload.kind.lower()}/{self.workload.name}"

    # -- time and words

    def _for(self, seconds: float) -> Deadline:
        return on_time(self.hands.cluster.deadline, seconds)

    def _warn(self, warning: str) -> None:
        self._warned = warning
        self._say(warning)

    def _say(self, last: str) -> None:
        self._last = last
        self.hands.progress.wait(f"rollout of {self.workload}", last)


@contextmanager
def in_time(whole: Deadline, late: Callable[[], InstallerError]) -> Iterator[None]:
    """What is raised because the command's time is over becomes `late`, which says what was waited for."""
    try:
        yield
    except Unreachable:
        if whole.left > _RESERVE:
            raise
        raise late() from None


def on_time(whole: Deadline, seconds: float = FOREVER) -> Deadline:
    """So many seconds from now, and early enough within the command's time to say what was waited for."""
    return Deadline.after(max(0.001, min(seconds, whole.left - _RESERVE)), whole.request)
