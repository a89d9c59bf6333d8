"""What the Orchestrator needs beside RHDH: our chart's values, and how far it must still go up. Asks no cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from installer.desired.manifests import identities, missing
from installer.desired.values import Values, at, joined, overlaid, without_stage
from installer.instance.stored_release import StoredRelease
from installer.knowledge.chart import orchestrator
from installer.knowledge.releases import Operator, Release
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.run import RELEASE, Infrastructure, Stage

Object = Mapping[str, Any]
STAGES: tuple[Stage, ...] = ("operators", "knative", "platform")
PLATFORM = "sonataflow-platform"
# Older operators do not know the field: Serverless Logic documents it from the upgrade to 1.36 on.
FIRST_WITH_MIGRATION = (1, 36)
# Where the releases up to 1.6 look for the platform; one that was there before an upgrade of RHDH is still used.
FORMER_NAMESPACE = "sonataflow-infra"
_KNATIVE = {"serving": "KnativeServing", "eventing": "KnativeEventing"}
_OPERATORS = ("serverlessOperator", "sonataFlowOperator")
# Of Red Hat's PostgreSQL image; OpenShift gives every namespace a group of its own.
_POSTGRES_GROUP = 26


@dataclass(frozen=True, slots=True)
class Existing:
    """What a cluster has, read once. `objects` are those of `kinds`: namespaces, Knative, platforms, and what is in
    the platform's namespace; `stored` is the newest revision of our release, `applied` the newest that came through.

    `has_database_secret`: the Secret with the database's credentials is there.
    """

    objects: tuple[Object, ...] = ()
    kinds: frozenset[str] = frozenset()
    stored: StoredRelease | None = None
    applied: StoredRelease | None = None
    has_database_secret: bool = False
    is_openshift: bool = False

    def of(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Of a kind, in one namespace or in all."""
        return [
            one
            for one in self.objects
            if one.get("kind") == kind and namespace in (None, one["metadata"].get("namespace"))
        ]


@dataclass(frozen=True, slots=True)
class InfrastructureGoal:
    """The Helm release `orchestrator` in `namespace` (RHDH's), as it shall be; `values` hold no stage.

    `stages` are those to go through still, none where nothing is to be done. `data_index` is the Service found live.
    """

    namespace: str
    values: Values = field(repr=False)
    stages: tuple[Stage, ...]
    platform_namespace: str
    platform_name: str
    data_index: Ref | None
    notes: tuple[str, ...] = ()

    def step(self, stage: Stage) -> Infrastructure:
        return Infrastructure(stage, self.namespace, self.values)

    @property
    def data_index_url(self) -> str | None:
        """Of the Service found live; None where there is none."""
        return None if self.data_index is None else f"http://{self.data_index.name}.{self.data_index.namespace}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the platform is, or will be; `found` is the one that is there."""

    namespace: str
    name: str
    found: Object | None


def values_of(release: Release) -> dict[str, Any]:
    """The values that make the chart the one of a release, on a cluster that has nothing yet."""
    own = release.infrastructure_namespace
    return {
        "serverlessOperator": {"subscription": _subscription(release.operators["serverless"])},
        "sonataFlowOperator": {"subscription": _subscription(release.operators["logic"])},
        "orchestrator": {
            "namespace": own or "",
            "createNamespace": own is not None,
            "sonataflowPlatform": {"dbMigrationStrategy": _migration(release)},
        },
    }


def place(
    release: Release,
    *,
    rhdh_namespace: str,
    infrastructure_namespace: str | None,
    platforms: tuple[Object, ...],
    stored: StoredRelease | None,
) -> Place:
    """Where the platform belongs: where somebody says, where our release has it, where one is, where RHDH looks for it.

    Raises InstallerError (DECIDE, "platform-elsewhere") where our release has it in another namespace than said.
    """
    given = _given_namespace(stored, rhdh_namespace)
    if given and infrastructure_namespace and infrastructure_namespace != given:
        message = (
            f"the Helm release {rhdh_namespace}/{RELEASE} has the platform in {given}, not in "
            f"{infrastructure_namespace}: moving it would leave its data behind"
        )
        raise fail(ExitCode.DECIDE, "platform-elsewhere", message, fix=f"add --infrastructure-namespace {given}")
    wanted = infrastructure_namespace or given or release.infrastructure_namespace or rhdh_namespace
    nearest = [wanted] if infrastructure_namespace or given else [wanted, FORMER_NAMESPACE]
    for namespace in nearest:
        inside = [one for one in platforms if one["metadata"]["namespace"] == namespace and _may_be_used(one, wanted)]
        if inside:
            found = min(inside, key=lambda one: (one["metadata"]["name"] != PLATFORM, one["metadata"]["name"]))
            return Place(namespace, str(found["metadata"]["name"]), found)
    return Place(wanted, PLATFORM, None)


def build(
    release: Release,
    *,
    operators_values: Values,
    rhdh_namespace: str,
    infrastructure_namespace: str | None,
    existing: Existing,
) -> InfrastructureGoal:
    """The goal. `operators_values` say what of the operators the chart brings (plan.operators).

    Values that a release of that name was given already win: somebody, or an earlier run, has chosen them.
    Raises as `place`.
    """
    platforms = tuple(existing.of("SonataFlowPlatform"))
    where = place(
        release,
        rhdh_namespace=rhdh_namespace,
        infrastructure_namespace=infrastructure_namespace,
        platforms=platforms,
        stored=existing.stored,
    )
    computed = joined(_computed(release, where, rhdh_namespace, existing), operators_values)
    values = computed
    if existing.stored is not None:
        del computed["postgres"]  # a database that somebody chose excludes ours
        values = joined(computed, without_stage(existing.stored.values))
    return InfrastructureGoal(
        rhdh_namespace,
        values,
        _stages(values, existing),
        where.namespace,
        where.name,
        _data_index(where, existing),
        tuple(_notes(where, platforms)),
    )


def _computed(release: Release, where: Place, rhdh_namespace: str, existing: Existing) -> dict[str, Any]:
    platform_is_ours = where.found is None or is_ours(where.found, rhdh_namespace)
    return {
        "knative": {part: _knative(kind, part, rhdh_namespace, existing) for part, kind in _KNATIVE.items()},
        "orchestrator": {
            "namespace": where.namespace if where.namespace != rhdh_namespace else "",
            "createNamespace": where.namespace != rhdh_namespace
            and _is_to_be_made(where.namespace, rhdh_namespace, existing),
            "sonataflowPlatform": {"enabled": platform_is_ours, "dbMigrationStrategy": _migration(release)},
        },
        "networkPolicy": {"rhdhNamespace": rhdh_namespace},
        "postgres": {"bundled": _bundled(where, existing) if platform_is_ours else {"enabled": False}},
    }


def _knative(kind: str, part: str, rhdh_namespace: str, existing: Existing) -> dict[str, Any]:
    enabled = all(is_ours(one, rhdh_namespace) for one in existing.of(kind))
    return {
        "enabled": enabled,
        "createNamespace": enabled and _is_to_be_made(f"knative-{part}", rhdh_namespace, existing),
    }


def _bundled(where: Place, existing: Existing) -> dict[str, Any]:
    """Ours, unless the namespace has a database under the name that the documents give it."""
    name = orchestrator().defaults["postgres"]["serviceName"]
    if any(one["metadata"]["name"] == name for one in existing.of("Service", where.namespace)):
        return {"enabled": False}
    return {"enabled": True} | ({} if existing.is_openshift else {"podSecurityContext": {"fsGroup": _POSTGRES_GROUP}})


def _is_to_be_made(namespace: str, release_namespace: str, existing: Existing) -> bool:
    found = [one for one in existing.of("Namespace") if one["metadata"]["name"] == namespace]
    return not found or is_ours(found[0], release_namespace)


def is_ours(one: Object, namespace: str) -> bool:
    """Whether an object is of the Helm release `orchestrator` in a namespace, by the marks that Helm puts on it."""
    marks = one["metadata"].get("annotations") or {}
    return (marks.get("meta.helm.sh/release-name"), marks.get("meta.helm.sh/release-namespace")) == (RELEASE, namespace)


def _may_be_used(platform: Object, wanted: str) -> bool:
    """A platform elsewhere that comes from another instance's release goes away with that."""
    marks = platform["metadata"].get("annotations") or {}
    return platform["metadata"]["namespace"] == wanted or marks.get("meta.helm.sh/release-name") != RELEASE


def _given_namespace(stored: StoredRelease | None, release_namespace: str) -> str:
    if stored is None or stored.pending:
        return ""
    return str(at(stored.values, "orchestrator", "namespace") or release_namespace)


def _migration(release: Release) -> str:
    version = release.operators["logic"].version or ""
    return "service" if version and tuple(map(int, version.split("."))) >= FIRST_WITH_MIGRATION else ""


def _subscription(operator: Operator) -> dict[str, Any]:
    return {"name": operator.package, "channel": operator.channel, "startingCSV": operator.starting_csv or ""}


# -- how far it must still go up


def _stages(values: Values, existing: Existing) -> tuple[Stage, ...]:
    if is_complete(values, existing):
        return ()
    reached = reached_by(existing.applied)
    enabled = effective(values)
    wanted: dict[Stage, bool] = {
        "operators": any(at(enabled, one, "enabled") for one in _OPERATORS),
        "knative": any(at(enabled, "knative", part, "enabled") for part in _KNATIVE),
        "platform": True,
    }
    # A lower stage would take away what a higher one has made.
    return tuple(one for one in STAGES if wanted[one] and STAGES.index(one) >= reached)


def is_complete(values: Values, existing: Existing) -> bool:
    """Whether the release is there as `values` and our packaged chart would make it, and nothing of it is missing."""
    stored = existing.stored
    if stored is None or stored.state != "deployed" or stored.values.get("stage"):
        return False
    if not is_same(stored, values) or missing(stored.manifest, identities(existing.objects), existing.kinds):
        return False
    return existing.has_database_secret or not needs_database_secret(values)


def is_same(stored: StoredRelease, values: Values) -> bool:
    """Whether a revision was made of our packaged chart, with values that come to the same."""
    chart = orchestrator()
    return (
        (stored.chart_name, stored.chart_version) == (chart.name, chart.version)
        and dict(stored.templates) == dict(chart.templates)
        and overlaid(stored.defaults, stored.values) == overlaid(chart.defaults, values)
    )


def effective(values: Values) -> dict[str, Any]:
    """All that the chart sees."""
    return overlaid(orchestrator().defaults, values)


def needs_database_secret(values: Values) -> bool:
    """The bundled database takes its password from a Secret that is no part of the release."""
    seen = effective(values)
    return bool(at(seen, "postgres", "bundled", "enabled")) and not at(seen, "postgres", "bundled", "password")


def reached_by(applied: StoredRelease | None) -> int:
    """The number of the stage that a release has come to; 0 where there is none."""
    return 0 if applied is None else STAGES.index(applied.values.get("stage") or STAGES[-1])


# -- what else there is


def _data_index(where: Place, existing: Existing) -> Ref | None:
    wanted = f"{where.name}-data-index-service"
    found = [one for one in existing.of("Service", where.namespace) if one["metadata"]["name"] == wanted]
    return Ref("v1", "Service", where.namespace, wanted) if found else None


def _notes(where: Place, platforms: tuple[Object, ...]) -> Iterator[str]:
    if where.found is not None:
        return
    for one in platforms:
        namespace = one["metadata"]["namespace"]
        yield (
            f"there is a SonataFlowPlatform {namespace}/{one['metadata']['name']} already; "
            f"--infrastructure-namespace {namespace} uses it instead of a new one in {where.namespace}"
        )
