"""Init container restarting/long running."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from installer.audit.about_instance import INIT, pods
from installer.audit.finding import Found
from installer.audit.kinds import POD
from installer.audit.object import Object, dig, every, moment, number
from installer.audit.remedy import Run
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot
from installer.knowledge.messages import translate
from installer.plan.faults import last_words

PATIENCE = timedelta(minutes=15)


def check(snapshot: Snapshot) -> Iterator[Found]:
    for pod in pods(snapshot):
        for index, status in every(pod.data, "status", "initContainerStatuses"):
            observed = _stuck(snapshot, status) if status.get("name") == INIT else ""
            if observed:
                logs = Run((f"oc -n {pod.namespace} logs {pod.name} -c {INIT}",))
                spot = pod.at("status", "initContainerStatuses", index)
                yield Found(spot, f"{observed}{_said(snapshot, pod)}", "it ends well within minutes", logs, key=INIT)


def _stuck(snapshot: Snapshot, status: Mapping[str, Any]) -> str:
    if dig(status, "state", "terminated", "exitCode") == 0:
        return ""
    restarts = number(status.get("restartCount")) or 0
    if restarts:
        return f"{INIT} was started again {restarts} times"
    if dig(status, "state", "terminated") or dig(status, "state", "waiting", "reason") == "CrashLoopBackOff":
        return f"{INIT} failed"
    started = moment(dig(status, "state", "running", "startedAt"))
    age = snapshot.age(started)
    return f"{INIT} has run for {int(age.total_seconds() // 60)} min" if age > PATIENCE else ""


def _said(snapshot: Snapshot, pod: Object) -> str:
    """Its last words, where they were gathered, and what they mean, where that is known."""
    try:
        log = snapshot.logs.get((pod.namespace, pod.name, INIT), "")
    except Skip:
        return ""
    words = last_words(log)
    meaning = next((found for line in reversed(log.splitlines()) if (found := translate(line))), None)
    return (f": {words}" if words else "") + (f" ({meaning.cause})" if meaning else "")


RULE = Rule(
    module=__name__,
    title="Init container restarting/long running",
    severity="high",
    reads=(POD,),
    wrong="The init container that installs plugins was restarted, failed, or has run for more than 15 minutes.",
    why="Until it ends well the pod does not start: a plugin cannot be fetched, or another pod holds the lock.",
    fix="Read its last line; correct the plugin that it names, or delete the pod that holds the lock.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
