"""What an installation shall end in, for one instance: data that `desired` builds and the planners aim at."""

from collections.abc import Mapping
from typing import Any, Literal

from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass

DATA_INDEX = "http://sonataflow-platform-data-index-service"

Part = Literal["notifications", "templates", "cors", "csp", "email"]


@dataclass(frozen=True)
class GoalPlugin:
    """One plugin that shall be on: the package string of the release, or a pinned one where nothing is inherited.

    `plugin_config` is what the entry needs by itself; `pinned_config` what it needs where no default brings it.
    """

    role: str
    group: str
    package: str
    integrity: str | None
    plugin_config: Mapping[str, Any] | None
    pinned_config: Mapping[str, Any] | None
    image: str | None = None
    digest: str | None = None


@dataclass(frozen=True)
class Goal:
    """Everything wanted, before it is held against what is there.

    `namespace` is the infrastructure namespace, empty where it is RHDH's own and the manifests do not name that;
    `namespace_chosen` says that a person named it; `data_index` is the URL of a Service that was found on a cluster.
    """

    release: Release
    plugins: tuple[GoalPlugin, ...]
    parts: frozenset[Part]
    app_config: Mapping[str, Any]
    namespace: str
    namespace_chosen: bool
    rhdh_url: str | None
    enable_disabled: bool
    data_index: str | None = None

    @property
    def data_index_url(self) -> str:
        """Without a namespace the name resolves in RHDH's own, which is the one that is meant then."""
        if self.data_index is not None:
            return self.data_index
        return DATA_INDEX + (f".{self.namespace}" if self.namespace else "")
