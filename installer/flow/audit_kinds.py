"""How the kinds that rules read are spelled elsewhere: as folders of a dump, as RBAC's resources. Reads nothing.

A live cluster is asked how it spells them; this is for where there is none to ask.
"""

from collections.abc import Iterable
from functools import cache

from installer.audit import kinds
from installer.audit.kinds import Kind
from installer.audit.profile_kinds import OF_FINDING
from installer.audit.rule import Rule
from installer.audit.rules import rules

# Kinds whose objects stand in no namespace.
GLOBAL = frozenset(
    {
        kinds.NAMESPACE,
        kinds.NODE,
        kinds.CLUSTER_ROLE,
        kinds.CLUSTER_ROLE_BINDING,
        kinds.CRD,
        kinds.VALIDATING_WEBHOOK,
        kinds.MUTATING_WEBHOOK,
        kinds.CLUSTER_VERSION,
        kinds.PROXY,
        kinds.IMAGE_POLICY,
        kinds.IMAGE_MIRROR,
        kinds.IMAGE_TAG_MIRROR,
        kinds.CLUSTER_EXTENSION,
        kinds.CLUSTER_PLATFORM,
        kinds.TEKTON_CONFIG,
    }
)
# What RHDH itself is made of; the objects of other kinds stand in any namespace, and none in one says nothing.
OF_RHDH = frozenset(
    {
        *(kinds.CONFIG_MAP, kinds.SECRET, kinds.POD, kinds.EVENT, kinds.SERVICE, kinds.ENDPOINTS, kinds.ENDPOINT_SLICE),
        *(kinds.SERVICE_ACCOUNT, kinds.VOLUME_CLAIM, kinds.RESOURCE_QUOTA, kinds.LIMIT_RANGE, kinds.NETWORK_POLICY),
        *(kinds.INGRESS, kinds.ROUTE, kinds.DEPLOYMENT, kinds.STATEFUL_SET, kinds.REPLICA_SET, kinds.JOB),
        *(kinds.CRON_JOB, kinds.AUTOSCALER, kinds.ROLE, kinds.ROLE_BINDING, kinds.BACKSTAGE),
    }
)


def kinds_of_rules(chosen: Iterable[Rule]) -> tuple[Kind, ...]:
    """The kinds that rules declare, sorted."""
    return tuple(sorted({kind for one in chosen for kind in (*one.reads, *one.also)}))


@cache
def every_kind() -> tuple[Kind, ...]:
    """Those of all rules, and of finding RHDH."""
    return tuple(sorted({*kinds_of_rules(rules()), *OF_FINDING, kinds.STATEFUL_SET}))


def plural(kind: Kind) -> str:
    """As the API and RBAC spell a kind: `networkpolicies`."""
    word = kind.kind.lower()
    if kind == kinds.ENDPOINTS:
        return word
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s"
