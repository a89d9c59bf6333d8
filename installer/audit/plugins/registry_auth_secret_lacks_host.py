"""registry auth Secret lacks host."""

from collections.abc import Iterator

from installer.audit.about_plugins import is_image, of_key
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.model.image import image

NAME = "dynamic-plugins-registry-auth"
KEY = "auth.json"
PUBLIC = ("registry.access.redhat.com", "ghcr.io", "quay.io", "docker.io")


def check(snapshot: Snapshot) -> Iterator[Found]:
    found = _secret(snapshot)
    if found is None or found.secret is None:
        return
    if KEY not in found.secret.keys:
        yield Found(of_key(found), f"it has no key {KEY}", f"the key {KEY}", key=KEY)
        return
    hosts = {host.partition("/")[0] for host in found.secret.hosts.get(KEY, ())}
    used = dict.fromkeys(image(one.package).host for one in snapshot.plugins if one.enabled and is_image(one.package))
    for host in used:
        if host not in hosts and host not in PUBLIC:
            yield Found(of_key(found, KEY), f"it has nothing for {host}", f"credentials for {host}", key=host)


def _secret(snapshot: Snapshot) -> Object | None:
    """The operator's name for it, and the chart's, which begins with the release."""
    there = snapshot.within(SECRET, snapshot.namespace)
    return next((one for one in there if one.name == NAME or one.name.endswith(f"-{NAME}")), None)


RULE = Rule(
    module=__name__,
    title="registry auth Secret lacks host",
    severity="high",
    reads=(SECRET,),
    wrong="The Secret with credentials for images of plugins has none for a registry that is used.",
    why="The registry answers 401: the init container cannot copy the image, and RHDH does not start.",
    fix="Add the registry to auth.json of the Secret.",
    sources=("https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md",),
    check=check,
)
