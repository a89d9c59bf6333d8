"""What of the Orchestrator is there and works, in ten requests at most. Judges no configuration and writes nothing."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from installer.cluster.cluster import Cluster, Object, Objects
from installer.cluster.errors import Forbidden, NotFound, NotServed
from installer.cluster.kinds import CONFIG_MAP, CSV, DEPLOYMENT, EVENTING, NO_COPIES, PLATFORM, SERVING, SUBSCRIPTION
from installer.cluster.resources import Kind
from installer.flow.live_instance import Running, Seen, described, find
from installer.knowledge.packages import csv_package, ours
from installer.knowledge.releases import Release, minors, release
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError, Problem
from installer.model.report import Report
from installer.plan.readiness import Readiness, Waiting, by_condition, rollout, why_not
from installer.plugins.behaviour import behaviour
from installer.plugins.outcome import UNKNOWN, Outcome
from installer.plugins.simulate import simulate
from installer.yamltext.redaction import mask_message

_SERVICES = {"dataIndex": "data-index-service", "jobService": "jobs-service"}
# In every spelling of every release: @redhat/…, ./dynamic-plugins/dist/…, oci://….
_OURS = "backstage-plugin-orchestrator"
_OWN_LIST = "dynamic-plugins.default.yaml"
_NO_PLUGIN = "no plugin of the Orchestrator is switched on in RHDH (rhdh-orchestrator install does that)"
_NO_PLATFORM = {"namespace": None, "name": None, "ready": False}


@dataclass
class _Look:
    """The cluster, and what it did not let us see: that is no absence."""

    cluster: Cluster
    denied: list[Problem] = field(default_factory=list)

    def list(self, kind: Kind, namespace: str | None = None, labels: str = "") -> Objects | None:
        """None where we may not look; nothing where the cluster has no such kind."""
        try:
            return self.cluster.list(kind, namespace, labels=labels, page=0)
        except NotServed:
            return []
        except Forbidden as error:
            self.denied += error.problems
            return None


def look_at(cluster: Cluster, selection: str | None, namespace: str | None) -> Report:
    """The report of `status`. Errors name what we were not allowed to see; the result holds the rest."""
    seen = find(cluster, selection, namespace)
    look, running = _Look(cluster), seen.running
    reasons: list[str] = []
    operators = _operators(look, reasons)
    knative = {
        "serving": _state(look, SERVING, "KnativeServing", reasons),
        "eventing": _state(look, EVENTING, "KnativeEventing", reasons),
    }
    platform = _platform(look, seen, reasons)
    plugins = _plugins(look, running, reasons)
    portal = _rollout(running)
    reasons += [f"RHDH {running.address}: {why_not(portal)}"] if why_not(portal) else []
    result = {
        "instance": described(running, None),
        "operators": operators,
        "knative": knative,
        "platform": platform,
        "plugins": plugins,
        "healthy": not reasons and not look.denied,
        "reasons": reasons,
        "requests": cluster.requests,
    }
    return Report(result, _text(result), errors=tuple(look.denied))


def _operators(look: _Look, reasons: list[str]) -> list[dict[str, Any]] | None:
    """Our operators with or without a Subscription; None where we may not see them."""
    subscriptions, csvs = look.list(SUBSCRIPTION), look.list(CSV, labels=NO_COPIES)
    if subscriptions is None or csvs is None:
        return None
    found = [*_subscribed(subscriptions, csvs), *_unsubscribed(subscriptions, csvs)]
    found.sort(key=lambda one: (one["package"], one["namespace"]))
    there = {one["package"] for one in found}
    missing = [" or ".join(ours(role)) for role in ("serverless", "logic") if there.isdisjoint(ours(role))]
    reasons += [f"no operator {packages} is installed" for packages in missing]
    reasons += [
        f"operator {one['package']} in {one['namespace']}: {one['phase'] or 'not installed yet'}"
        for one in found
        if one["phase"] != "Succeeded"
    ]
    return found


def _subscribed(subscriptions: Objects, csvs: Objects) -> list[dict[str, Any]]:
    phases = {(one["metadata"]["namespace"], one["metadata"]["name"]): _phase(one) for one in csvs}
    found = []
    for one in subscriptions:
        package, namespace = (one.get("spec") or {}).get("name"), one["metadata"]["namespace"]
        if package in ours():
            status = one.get("status") or {}
            csv = status.get("installedCSV") or status.get("currentCSV")
            phase = phases.get((namespace, csv))
            found.append({"package": package, "namespace": namespace, "csv": csv, "phase": phase})
    return found


def _unsubscribed(subscriptions: Objects, csvs: Objects) -> list[dict[str, Any]]:
    """What OLM v1 or a person installed, and what is left of a Subscription that was deleted."""
    known = {(one.get("status") or {}).get(key) for one in subscriptions for key in ("installedCSV", "currentCSV")}
    return [
        {"package": package, "namespace": one["metadata"]["namespace"], "csv": name, "phase": _phase(one)}
        for one in csvs
        if (name := one["metadata"]["name"]) not in known and (package := csv_package(name)) in ours()
    ]


def _phase(csv: Object) -> str | None:
    return (csv.get("status") or {}).get("phase")


def _state(look: _Look, kind: Kind, called: str, reasons: list[str]) -> str:
    """`ready`, `not-ready`, `absent` or `denied`."""
    found = look.list(kind)
    if found is None:
        return "denied"
    if not found:
        reasons.append(f"{called}: there is none")
        return "absent"
    readiness = [by_condition(one, "Ready") for one in found]
    reasons += [f"{called}: {why_not(one)}" for one in readiness if why_not(one)]
    return "not-ready" if any(why_not(one) for one in readiness) else "ready"


def _platform(look: _Look, seen: Seen, reasons: list[str]) -> dict[str, Any]:
    """The platform nearest to RHDH: in its own namespace, else in that of the older releases, else the first."""
    found = look.list(PLATFORM)
    if not found:
        if found is not None:
            reasons.append("SonataFlowPlatform: there is none")
        return dict(_NO_PLATFORM)
    near = (seen.running.namespace, "sonataflow-infra")
    one = min(found, key=lambda each: _nearness(each, near))
    namespace, name = one["metadata"]["namespace"], one["metadata"]["name"]
    whys = _platform_whys(look, seen, one)
    reasons += [f"SonataFlowPlatform {namespace}/{name}: {why}" for why in whys]
    return {"namespace": namespace, "name": name, "ready": not whys}


def _nearness(platform: Object, near: tuple[str, ...]) -> tuple[int, str, str]:
    namespace = platform["metadata"]["namespace"]
    place = near.index(namespace) if namespace in near else len(near)
    return place, namespace, platform["metadata"]["name"]


def _platform_whys(look: _Look, seen: Seen, platform: Object) -> list[str]:
    """`Succeed` is said before the services are there, so they are looked at too."""
    whys = [why_not(by_condition(platform, "Succeed"))]
    services = (platform.get("spec") or {}).get("services") or {}
    name, namespace = platform["metadata"]["name"], platform["metadata"]["namespace"]
    wanted = [end for key, end in _SERVICES.items() if services.get(key, {"enabled": False}).get("enabled", True)]
    deployments = seen.deployments
    if wanted and not any(one["metadata"]["namespace"] == namespace for one in deployments):
        deployments = look.list(DEPLOYMENT, namespace) or []
    for end in wanted:
        found = [one for one in deployments if _called(one, namespace, f"{name}-{end}")]
        state: Readiness = rollout(found[0]) if found else Waiting("its Deployment is missing")
        whys.append(f"{name}-{end}: {why_not(state)}" if why_not(state) else "")
    return [why for why in whys if why]


def _called(one: Object, namespace: str, name: str) -> bool:
    return bool(one["metadata"]["namespace"] == namespace and one["metadata"]["name"] == name)


def _rollout(running: Running) -> Readiness:
    return rollout(running.workload) if running.workload else Waiting("its operator has made no workload")


def _plugins(look: _Look, running: Running, reasons: list[str]) -> list[dict[str, Any]]:
    """The plugins of the file that the init container reads; what only RHDH's image lists is not shown."""
    where = running.plugins_map()
    text = _read(look, running.namespace, where) if where else None
    if text is None:
        return []
    outcome = simulate(text, lambda _: UNKNOWN, behaviour(_release(running).behaviour))
    failure = outcome.failure
    reasons += [f"RHDH's plugin installer would fail: {mask_message(failure.message)}"] if failure else []
    reasons += [_NO_PLUGIN] if not failure and _lacks_ours(outcome) else []
    return _named(outcome)


def _lacks_ours(outcome: Outcome) -> bool:
    """RHDH's own list, which is never at hand, has the Orchestrator switched off; of other includes nobody knows."""
    on = any(one.enabled and _OURS in one.package for one in outcome.plugins)
    return not on and set(outcome.unknown) <= {_OWN_LIST}


def _named(outcome: Outcome) -> list[dict[str, Any]]:
    return [{"package": mask_message(one.package), "enabled": one.enabled} for one in outcome.plugins]


def _read(look: _Look, namespace: str, where: tuple[str, str]) -> str | None:
    name, key = where
    try:
        found = look.cluster.get(CONFIG_MAP, name, namespace)
    except NotFound:
        return None
    except Forbidden as error:
        look.denied += error.problems
        return None
    text = (found.get("data") or {}).get(key)
    return text if isinstance(text, str) else None


def _release(running: Running) -> Release:
    """The release that runs; the newest known where nothing tells, or it is one we do not know."""
    found = running.version
    try:
        return release(found.number if found else minors()[-1])
    except InstallerError:
        return release(minors()[-1])


def _text(result: Mapping[str, Any]) -> str:
    instance, platform = result["instance"], result["platform"]
    title = (
        f"{instance['namespace']}/{instance['name']} ({instance['flavour']}, RHDH {instance['version'] or 'unknown'})"
    )
    lines = [f"instance   {title}"]
    lines += [_operator_line(one) for one in result["operators"] or []]
    lines += [f"knative    serving {result['knative']['serving']}, eventing {result['knative']['eventing']}"]
    where = f"{platform['namespace']}/{platform['name']}" if platform["name"] else "none"
    lines += [f"platform   {where}{' ready' if platform['ready'] else ''}"]
    lines += [f"plugin     {'on ' if one['enabled'] else 'off'} {one['package']}" for one in result["plugins"]]
    lines += [f"healthy    {'yes' if result['healthy'] else 'no'}", *(f"  - {why}" for why in result["reasons"])]
    return "".join(f"{line}\n" for line in lines)


def _operator_line(one: Mapping[str, Any]) -> str:
    return f"operator   {one['package']} in {one['namespace']}: {one['csv'] or 'no CSV'} {one['phase'] or ''}".rstrip()
