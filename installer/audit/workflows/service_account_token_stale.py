"""Long-lived SA token Secret unannotated/expired."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import SECRET, SERVICE_ACCOUNT
from installer.audit.object import Object
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

TYPE = "kubernetes.io/service-account-token"
ACCOUNT = "kubernetes.io/service-account.name"
INVALID = "kubernetes.io/legacy-token-invalid-since"
CLUSTER_TOKEN = "K8S_CLUSTER_TOKEN"  # noqa: S105 - the name of the variable that RHDH's plugins read


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(SECRET):
        if one.secret is not None and _is_ours(snapshot, one):
            if one.secret.type == TYPE:
                yield from _of_account(snapshot, one)
            for key in ("token", CLUSTER_TOKEN):
                ends = one.secret.expiries.get(key)
                if ends is not None and ends < snapshot.now:
                    yield Found(one.at("data", key), f"{key} ended {ends:%Y-%m-%d}", "a token that is valid", key=key)


def _of_account(snapshot: Snapshot, one: Object) -> Iterator[Found]:
    account = one.annotations.get(ACCOUNT)
    spot = one.at("metadata", "annotations")
    if not account:
        yield Found(spot, f"no annotation {ACCOUNT}", "the ServiceAccount's name", key=ACCOUNT)
    elif snapshot.is_read(SERVICE_ACCOUNT) and not snapshot.exists(SERVICE_ACCOUNT, account, one.namespace):
        yield Found(spot, f"ServiceAccount {account} is not there", "a ServiceAccount of that name", key=ACCOUNT)
    if INVALID in one.labels:
        told = f"marked as invalid since {one.labels[INVALID]}"
        yield Found(one.at("metadata", "labels"), told, "a token that is used", key=INVALID)


def _is_ours(snapshot: Snapshot, one: Object) -> bool:
    """Those in RHDH's namespace, and those of the accounts that the Orchestrator's scripts make."""
    own = snapshot.has_instance and bool(snapshot.namespace) and one.namespace == snapshot.namespace
    return own or "orchestrator" in one.name or "orchestrator" in one.annotations.get(ACCOUNT, "")


RULE = Rule(
    module=__name__,
    title="Long-lived SA token Secret unannotated/expired",
    severity="medium",
    profiles=SECURITY,
    reads=(SECRET,),
    also=(SERVICE_ACCOUNT,),
    wrong="A Secret with a ServiceAccount's token belongs to no account, or its token has ended or was put out of use.",
    why="The portal's plugins for Kubernetes, Tekton and topology are refused by the cluster, with 401.",
    fix="Ask for a new token with an end (oc create token), and write down when it has to be replaced.",
    sources=("https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets",),
    check=check,
)
