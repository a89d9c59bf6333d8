"""The vendor's compatibility table. Does not judge a cluster: that is for whoever knows its versions."""

from functools import cache
from typing import Any, Literal

from installer.knowledge import reading
from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Combination:
    """Versions that are supported together; `openshift` is a range with both ends, None where unknown."""

    rhdh: str
    orchestrator: str
    openshift: tuple[str, str] | None
    logic: str
    serverless: str
    source: Literal["vendor", "inferred"]

    def describe(self) -> dict[str, Any]:
        """Plain values under the keys of matrix.yaml."""
        return {
            "rhdh": self.rhdh,
            "orchestrator": self.orchestrator,
            "openshift": None if self.openshift is None else {"from": self.openshift[0], "to": self.openshift[1]},
            "logic": self.logic,
            "serverless": self.serverless,
            "source": self.source,
        }


@cache
def combinations() -> tuple[Combination, ...]:
    """Every row, oldest RHDH first."""
    return tuple(_combination(row) for row in reading.shared("matrix")["combinations"])


def _combination(row: Any) -> Combination:
    range_ = row["openshift"]
    return Combination(
        row["rhdh"],
        row["orchestrator"],
        None if range_ is None else (range_["from"], range_["to"]),
        row["logic"],
        row["serverless"],
        row["source"],
    )
