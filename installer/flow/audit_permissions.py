"""What an audit of a cluster needs to be allowed so that no rule is skipped for want of it. Asks nothing."""

from collections.abc import Iterator

from installer.flow.audit_kinds import GLOBAL, every_kind, plural
from installer.model.permission import Permission


def needed_to_audit(namespace: str, *, only_there: bool) -> tuple[Permission, ...]:
    """To list the kinds that rules read, and to read the log of a plugin installer in RHDH's namespace.

    :param only_there: for `audit -n NAMESPACE`, which looks at no other namespace, and at nothing that is in none
    """
    return tuple(_needed(namespace, only_there=only_there))


def _needed(namespace: str, *, only_there: bool) -> Iterator[Permission]:
    for kind in every_kind():
        if not only_there:
            yield Permission("list", kind.group, plural(kind))
        elif kind not in GLOBAL:
            yield Permission("list", kind.group, plural(kind), namespace=namespace)
    yield Permission("get", "", "pods", "log", namespace)
