"""The marks that a restart leaves in an object: which they are, and the object without them. Restarts nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.model.run import MANAGER, Content

# What `kubectl rollout restart` and `oc rollout restart` write, with the time; other tools show it.
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
# Which rollout of ours it was for: a run that is taken up again must not restart twice.
RESTARTED_FOR = f"{MANAGER}/restarted-for"

_MARKS = frozenset({RESTARTED_AT, RESTARTED_FOR})
_TEMPLATE = ("spec", "template", "metadata", "annotations")
# A workload's own, and what a Backstage has its operator put there.
_PLACES = (_TEMPLATE, ("spec", "deployment", "patch", *_TEMPLATE))


def unmarked(found: Content) -> Content:
    """A content as it would be if nobody had restarted its pods: a restart configures nothing."""
    for place in _PLACES:
        found = _without(found, place)
    return found


def _without(tree: Mapping[str, Any], place: Sequence[str]) -> Mapping[str, Any]:
    """What holds nothing but the marks goes with them."""
    if not place:
        return {key: value for key, value in tree.items() if key not in _MARKS}
    inner = tree.get(place[0])
    left = _without(inner, place[1:]) if isinstance(inner, Mapping) else inner
    if left == inner:
        return tree
    others = {key: value for key, value in tree.items() if key != place[0]}
    return {**others, place[0]: left} if left else others
