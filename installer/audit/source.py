"""What was read for an audit, from whichever source, as it enters a snapshot. Judges nothing, and fetches nothing.

A directory, an archive and a cluster fill the same fields; rules never learn which of them it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from installer.audit.kinds import Kind
from installer.audit.object import Object
from installer.instance.manifests import Manifests
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import Problem
from installer.plan.prediction import World

Origin = Literal["directory", "archive", "cluster"]


@dataclass(frozen=True)
class Answers:
    """What registries said, by what they were asked for. What is in none of them was not asked, or did not answer.

    npm     "name@version": its integrity; None where the registry has no such version
    images  an OCI reference without `oci://` and `!path`: its digest; None where there is no such image, or no access
    pages   a URL: its HTTP status
    """

    npm: Mapping[str, str | None] = field(default_factory=dict)
    images: Mapping[str, str | None] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """A workflow as the data index knows it."""

    name: str
    service_url: str | None
    version: str | None = None


@dataclass(frozen=True)
class Source:
    """Everything that was read.

    origin       only for the words of reasons
    now          the later of the clock and of the newest timestamp that was read, where the source is a dump
    objects      every object; Secrets are reduced in `Object`
    read         the kinds whose list was read, also where it was empty
    within       of kinds that were not read in every namespace: the namespaces they were read in
    denied       why a kind could not be read, where there is more to say than that it is not there
    seek         finds RHDH and its release, or says why they cannot be told; is asked once, when somebody wants to know
    manifests    the texts: of the directory, or what `instance.live` makes of a cluster's objects
    parts        on a cluster, whose value a file of `manifests` is
    answers      None: registries were not asked
    logs         the last lines of containers, by namespace, pod and container; None: not gathered
    definitions  what the data index has; None: not asked
    rendered     the objects of the manifest of RHDH's Helm release; None: there is none, or it was not read
    """

    origin: Origin
    now: datetime
    objects: tuple[Object, ...]
    read: frozenset[Kind]
    manifests: Manifests
    within: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    denied: Mapping[Kind, str] = field(default_factory=dict)
    seek: Callable[[], tuple[World | None, Problem | None]] = field(default=lambda: (None, None), repr=False)
    parts: Mapping[str, Ref] = field(default_factory=dict)
    answers: Answers | None = None
    logs: Mapping[tuple[str, str, str], str] | None = None
    definitions: tuple[Definition, ...] | None = None
    rendered: Mapping[Ref, Mapping[str, Any]] | None = None

    @cached_property
    def _sought(self) -> tuple[World | None, Problem | None]:
        return self.seek()

    @property
    def world(self) -> World | None:
        """RHDH and its release; None where they could not be told, and then `problem` says why."""
        return self._sought[0]

    @property
    def problem(self) -> Problem | None:
        return self._sought[1]
