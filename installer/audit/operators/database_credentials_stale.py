"""DB credentials changed after pods started."""

from collections.abc import Iterator
from datetime import datetime

from installer.audit.about_instance import UNTOLD, is_untold, written
from installer.audit.about_platform import PlatformService, services
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM, POD, SECRET
from installer.audit.object import Object, dig, mappings, moment
from installer.audit.remedy import Run
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for platform in snapshot.of(PLATFORM):
        for service in services(platform):
            yield from _judged(snapshot, service)


def _judged(snapshot: Snapshot, service: PlatformService) -> Iterator[Found]:
    database, namespace = service.database, service.platform.namespace
    secret = snapshot.named(SECRET, database.secret, namespace) if database is not None else None
    changed = written(secret) if secret is not None else None
    if database is None or changed is None:
        return
    stale = [one.name for one in _pods(snapshot, service) if (since := _started(one)) is not None and since < changed]
    if stale:
        spot = service.platform.at(*database.path, "secretRef", "name")
        observed = f"{', '.join(sorted(stale))} started before Secret {database.secret} was changed"
        restart = f"oc -n {namespace} rollout restart deployment/{service.name}"
        yield Found(spot, observed, "pods that have read the Secret as it is", Run((restart,)), service.key)
    elif secret is not None and is_untold([secret]):
        raise Skip(UNTOLD)


def _pods(snapshot: Snapshot, service: PlatformService) -> list[Object]:
    return [one for one in snapshot.within(POD, service.platform.namespace) if one.name.startswith(f"{service.name}-")]


def _started(pod: Object) -> datetime | None:
    """A container that is started again reads its variables again, also in the same pod."""
    statuses = mappings(pod.get("status", "containerStatuses"))
    started = [found for one in statuses if (found := moment(dig(one, "state", "running", "startedAt"))) is not None]
    return min(started, default=None)


RULE = Rule(
    module=__name__,
    title="DB credentials changed after pods started",
    severity="high",
    reads=(PLATFORM, SECRET, POD),
    wrong="The Secret of the database was changed, and the data index or the jobs service runs since before that.",
    why="Nothing restarts them: they log in with the old password, and fail when the database takes new connections.",
    fix="Restart the Deployment once the database knows the new password.",
    sources=("https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables",),
    check=check,
)
