"""What one run does to a cluster, as plain data: its target and its ordered steps. Does none of them.

A run is written to its journal before its first step, so everything in here survives JSON (`recorded`).
"""

from collections.abc import Mapping
from typing import Any, Literal

from installer.model.change import Flavour, Ref
from installer.model.dataclass import dataclass

Content = Mapping[str, Any]
Stage = Literal["operators", "knative", "platform"]
State = Literal["pending", "done", "skipped", "failed"]
RunState = Literal["running", "done", "interrupted", "restored", "failed", "undone"]

# The field manager of every write, and the label app.kubernetes.io/managed-by of what we make ourselves.
MANAGER = "rhdh-orchestrator"
RELEASE = "orchestrator"  # the Helm release of our chart
LABELS: Mapping[str, str] = {"app.kubernetes.io/managed-by": MANAGER, "app.kubernetes.io/part-of": "orchestrator"}


@dataclass(frozen=True, slots=True)
class Target:
    """The RHDH that a run is about. `resource` is its Backstage, `workload` its Deployment or StatefulSet.

    `name` is the Backstage's, the Helm release's or the workload's, by flavour; `release` is RHDH's, as 1.6.0.
    """

    flavour: Flavour
    namespace: str
    name: str
    release: str
    resource: Ref | None
    workload: Ref | None

    @property
    def address(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Edit:
    """One object, before and after. A content is the object without apiVersion, kind, metadata and status.

    `before` None: this run makes the object. `after` of an object that is made may also hold `type` (a Secret).
    Both are what the API answers: a Secret's `data` in base64, never `stringData`.
    """

    ref: Ref
    before: Content | None
    after: Content


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """Our chart as the Helm release `orchestrator`, as far as one stage; then its stage is awaited.

    `values` hold no `stage`; the last stage is rendered without one, so that plain helm would do the same.
    """

    stage: Stage
    namespace: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of OLM: approve the InstallPlan that brings `csv`, wait until it has Succeeded.

    `csv` may be any version of its package when empty. `allowed` are foreign CSVs that --approve names.
    """

    package: str
    namespace: str
    csv: str
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators that are installed side by side."""

    wanted: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class Writes:
    """Objects that are written back to back, so that a controller that watches them acts once."""

    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Somebody's Helm release of RHDH, with other values and the chart that it has. Both hold all given values."""

    release: str
    namespace: str
    chart: str
    chart_version: str | None
    revision: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The one rollout that follows: of a plain workload we start it, else its controller does; then it is awaited.

    `since` is the workload's metadata.generation before the first write: newer is what the run caused.
    """

    workload: Ref
    flavour: Flavour
    since: int


@dataclass(frozen=True, slots=True)
class Verify:
    """The end state: newest pod, the installer's log names `packages`, the data index answers, conditions.

    `platform` is the namespace of the SonataFlowPlatform; empty where a run is about RHDH's plugins only.
    """

    packages: tuple[str, ...]
    platform: str


Step = Infrastructure | Operators | Writes | Upgrade | Rollout | Verify


def name_of(step: Step) -> str:
    """What a step is called in `steps[].name`, in the journal and in progress; unique within a run."""
    match step:
        case Infrastructure(stage=stage):
            return f"infrastructure: {stage}"
        case Operators(wanted=wanted):
            return f"operators: {', '.join(one.package for one in wanted)}"
        case Writes(edits=edits):
            return f"write: {', '.join(str(edit.ref) for edit in edits)}"
        case Upgrade(release=release):
            return f"helm upgrade: {release}"
        case Rollout(workload=workload):
            return f"rollout: {workload}"
        case Verify():
            return "verify"


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `id` sorts by time; `started` is RFC 3339 in UTC; `command` is install, apply, upgrade, restart ..."""

    id: str
    command: str
    started: str
    target: Target
    steps: tuple[Step, ...]


def content(found: Mapping[str, Any]) -> dict[str, Any]:
    """The content of an object as the API gives it."""
    return {key: value for key, value in found.items() if key not in ("apiVersion", "kind", "metadata", "status")}
