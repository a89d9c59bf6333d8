"""What of an RHDH an Argo CD of its cluster keeps by a label that others use too. Decides nothing, writes nothing."""

from collections.abc import Collection, Iterable

from installer.cluster.cluster import Lister, Object, Objects
from installer.cluster.errors import Forbidden, NotServed
from installer.cluster.kinds import APPLICATION
from installer.instance.live import ref_of
from installer.instance.tracking import Keeper, application_of, claimed, keeper_of
from installer.model.change import Ref


def kept(lister: Lister, found: Iterable[Object]) -> frozenset[Ref]:
    """Those that an Application keeps; none where we may not look. One list at most, and only where it could matter."""
    asked = [one for one in found if claimed(one) and not keeper_of(one)]
    try:
        applications = applications_of(lister, asked)
    except Forbidden:
        return frozenset()
    return frozenset(ref_of(one) for one in asked if application_of(one, applications))


def keeper_on(lister: Lister, one: Object) -> Keeper | None:
    """Who keeps one object, by its marks, else by what Applications list."""
    return keeper_of(one) or ("argocd" if ref_of(one) in kept(lister, [one]) else None)


def applications_of(lister: Lister, found: Collection[Object]) -> Objects:
    """The Applications that objects name by that label. Raises Forbidden."""
    names = {name for one in found if (name := claimed(one))}
    if not names:
        return []
    # Of hundreds of Applications, each lists all that it keeps.
    fields = f"metadata.name={next(iter(names))}" if len(names) == 1 else ""
    try:
        return lister.list(APPLICATION, fields=fields, page=0)
    except NotServed:
        return []
