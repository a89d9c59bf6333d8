"""Why a pod does not come up: reads the log of the container that fails, once, and translates it. Restores nothing."""

from installer.cluster.cluster import Cluster
from installer.cluster.errors import Forbidden, NotFound, Refused, Unreachable
from installer.knowledge.messages import Meaning, translate
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.plan.faults import Fault, last_words, latest_first
from installer.yamltext.redaction import mask_message

CODE = "pod-crashed"
_LINES = 50


class Crashed(InstallerError):
    """The newest pods will not come up with the new configuration, so the old one should come back.

    One problem: `pod-crashed` with the last line of the log and its meaning, or `rollout-stuck`.
    """


def explained(cluster: Cluster, namespace: str, fault: Fault) -> Crashed:
    """What is to be said of a container that fails. A log that cannot be read is said to be so, and raises nothing."""
    log, why_not = _log(cluster, namespace, fault)
    line = last_words(log) or fault.said
    meaning = _meaning(line, log)
    parts = [f"pod {namespace}/{fault.pod}: {fault.kind} {fault.container} {fault.why}"]
    if line:
        parts.append(f"{'its log ends with' if last_words(log) else 'the kubelet says'}: {mask_message(line)}")
    if why_not:
        parts.append(why_not)
    if meaning is not None:
        parts.append(f"cause: {mask_message(meaning.cause)}")
    fix = mask_message(meaning.fix) if meaning is not None else command(namespace, fault)
    return Crashed(Problem(CODE, "\n".join(parts), None, fix, ExitCode.FINDINGS))


def command(namespace: str, fault: Fault) -> str:
    """What shows a person more."""
    if fault.has_run:
        return f"kubectl logs -n {namespace} {fault.pod} -c {fault.container} shows its whole log"
    return f"kubectl describe pod -n {namespace} {fault.pod} shows what the kubelet tried"


def _meaning(line: str, log: str) -> Meaning | None:
    """That of the last line; else of the newest line before it that is known: a traceback ends with other words."""
    found = (translate(one) for one in [line, *latest_first(log, _LINES)] if one)
    return next((one for one in found if one is not None), None)


def _log(cluster: Cluster, namespace: str, fault: Fault) -> tuple[str, str]:
    """The end of the log, of the run before where this one has none yet; and why there is none."""
    if not fault.has_run:
        return "", ""
    for previous in (False, True):
        try:
            found = cluster.logs(namespace, fault.pod, fault.container, previous=previous, tail=_LINES)
        except Forbidden as error:
            return "", f"its log may not be read ({error.verb} {error.resource})"
        except NotFound:
            return "", "the pod is gone, and its log with it"
        except (Refused, Unreachable):
            continue
        if last_words(found):
            return found, ""
    return "", "its log is empty, or cannot be read"
