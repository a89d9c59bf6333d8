"""Workflow image tag latest/untrusted registry."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from installer.audit.about_workflows import IMAGE
from installer.audit.finding import Found
from installer.audit.kinds import IMAGE_POLICY, WORKFLOW
from installer.audit.object import strings
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.model.image import Image, image

# What anybody may push to, without an account.
ANONYMOUS = ("ttl.sh",)


def check(snapshot: Snapshot) -> Iterator[Found]:
    insecure = _insecure(snapshot)
    for one in snapshot.of(WORKFLOW):
        reference = one.text(*IMAGE)
        found = image(reference)
        if not reference or "$" in reference or "{{" in reference:
            continue
        if found.is_floating:
            observed = f"{reference} ({'the tag latest' if found.tag else 'no tag'})"
            yield Found(one.at(*IMAGE), observed, "a tag of one build, or better its digest", key="tag")
        if _is_untrusted(found, insecure):
            yield Found(
                one.at(*IMAGE), f"{reference} comes from {found.host}", "a registry that is trusted", key="host"
            )


def _insecure(snapshot: Snapshot) -> set[str]:
    """The registries that the cluster reads without checking their certificates."""
    policies = snapshot.of(IMAGE_POLICY) if snapshot.is_read(IMAGE_POLICY) else ()
    return {host for one in policies for host in strings(one.get("spec", "registrySources", "insecureRegistries"))}


def _is_untrusted(found: Image, insecure: set[str]) -> bool:
    """A registry that everybody writes to, or an insecure one."""
    whole = f"{found.host}/{found.repository}"
    return found.host in ANONYMOUS or any(
        fnmatchcase(found.host, host) or whole.startswith(f"{host}/") for host in insecure
    )


RULE = Rule(
    module=__name__,
    title="Workflow image tag latest/untrusted registry",
    severity="medium",
    reads=(WORKFLOW,),
    also=(IMAGE_POLICY,),
    wrong="A workflow's image has no tag, or the tag latest, or comes from a registry that is not to be trusted.",
    why="The next start of its pod may run other code than was tested, and nobody can tell which code ran before.",
    fix="Name the image by its digest, or by a tag that is never pushed again, in a registry of your own.",
    sources=("https://kubernetes.io/docs/concepts/containers/images/#image-names",),
    check=check,
)
