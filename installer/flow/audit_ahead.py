"""Asks a cluster for what an audit will want to see, before what judges is loaded: both take as long. Judges nothing.

Must stay light: whatever it loads is waited for before the first question.
"""

from collections.abc import Callable
from functools import partial
from typing import Never

from installer.audit.kinds import Kind
from installer.audit.profile_kinds import OF_FINDING, kinds_of_profile
from installer.audit.request import AuditRequest
from installer.cluster.cluster import Cluster
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.audit_live_lists import Lists, begin_lists
from installer.flow.several import Several
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError


@dataclass(frozen=True)
class Begun:
    """A cluster that is being asked; `lists` waits for the answers, and raises as `lists_of`."""

    cluster: Cluster
    lists: Callable[[], Lists]


# What was begun; raises what connecting raised, so that it is said where everything else is said.
Ahead = Callable[[], Begun]


def begin(request: AuditRequest, connection: ConnectionOptions) -> Ahead | None:
    """None where something else may have to be said first, or only the rules tell what is to be asked."""
    kinds = _kinds(request)
    if kinds is None:
        return None
    try:
        cluster = connect(connection)
    except InstallerError as error:
        return partial(_fail, error)
    # What the API serves is asked for in a thread too.
    asking = Several(partial(begin_lists, cluster, namespace=connection.namespace), [kinds], 1)
    return partial(Begun, cluster, partial(_answered, asking))


def _kinds(request: AuditRequest) -> list[Kind] | None:
    files = (request.baseline, request.exceptions, request.defaults)
    if request.rules or request.rhdh_version or any(files):
        return None
    known = kinds_of_profile(request.profile)
    return None if known is None else sorted({*known, *OF_FINDING})


def _answered(asking: Several[list[Kind], Callable[[], Lists]]) -> Lists:
    (lists,) = asking.answers()
    return lists()


def _fail(error: InstallerError) -> Never:
    raise error
