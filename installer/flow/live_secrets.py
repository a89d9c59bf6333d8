"""The Secrets of RHDH's namespace in one list: configuration, heads of our journal, Helm's records. Decides nothing."""

from installer.apply.secret_types import HEAD_TYPE, NO_BYTES
from installer.cluster.cluster import Lister, Objects
from installer.cluster.eyes import Question
from installer.cluster.kinds import SECRET
from installer.instance.stored_release import TYPE, labels

# Helm keeps ten revisions of up to a megabyte: of those that are over none is needed. It is Helm's label; nobody's
# configuration bears it. The bytes of our own runs may be more still.
_NOT_OVER = "status!=superseded"


def question(namespace: str) -> Question:
    return Question(SECRET, namespace, _NOT_OVER, NO_BYTES)


def secrets(lister: Lister, namespace: str) -> Objects:
    """All of them but what is over. Raises as `Cluster.list`."""
    asked = question(namespace)
    return lister.list(asked.kind, asked.namespace, labels=asked.labels, fields=asked.fields, page=0)


def configuration(found: Objects) -> Objects:
    """Those that RHDH can read its configuration from."""
    return [one for one in found if one.get("type") not in (TYPE, HEAD_TYPE)]


def with_history(lister: Lister, found: Objects, name: str, namespace: str) -> Objects:
    """Every revision of a release, where none that is left came through: Helm rolls back to one that is over."""
    ours = [one for one in found if one.get("type") == TYPE and one["metadata"]["labels"].get("name") == name]
    if not ours or any(one["metadata"]["labels"].get("status") == "deployed" for one in ours):
        return ours
    return lister.list(SECRET, namespace, labels=labels(name), page=0)
