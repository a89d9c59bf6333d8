"""How registries are to be asked, as plain data. Knows no command line and asks nobody."""

from typing import Literal

from installer.model.dataclass import dataclass

Freshness = Literal["cached", "offline", "refresh", "uncached"]


@dataclass(frozen=True, slots=True)
class RegistryRequest:
    """What commands that ask registries are told.

    `registry` is npm's `--registry`; `authfile` holds credentials for image registries, as podman's `--authfile`;
    `prereleases` lets them in; `cooldown` passes over what is younger, in seconds.

    freshness  `cached` takes from the cache what it may; `offline` asks nobody; `refresh` asks anew and keeps the
               answers; `uncached` neither reads nor writes the cache
    """

    registry: str | None = None
    authfile: str | None = None
    freshness: Freshness = "cached"
    prereleases: bool = False
    cooldown: float | None = None
