"""Brings the Helm release `orchestrator` to a stage and awaits it. Decides no values, approves no operator."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from installer.apply import releases
from installer.apply.hands import Hands
from installer.apply.infrastructure_waits import await_kinds, await_knative, await_platform
from installer.cluster.errors import Conflict, NotFound, NotServed
from installer.cluster.kinds import SECRET
from installer.cluster.resources import Kind
from installer.desired.infrastructure import STAGES, effective, is_same, needs_database_secret, reached_by
from installer.desired.manifests import refs_of
from installer.desired.values import at, without_stage
from installer.instance.stored_release import StoredRelease
from installer.knowledge.chart import orchestrator
from installer.model.change import Ref
from installer.model.run import LABELS, MANAGER, RELEASE, Infrastructure
from installer.programs.helm import Chart


def carry_out(step: Infrastructure, hands: Hands) -> None:
    """Go up to the step's stage, and return once what it brings works; safe to be called again at any point.

    Raises InstallerError: CONFLICT where the release is in somebody else's hands; UNREACHABLE at the deadline, with
    what is not ready and why; what helm refuses (programs.helm); CONFLICT where the Lease is lost.
    """
    await_kinds(step, hands)
    _ensure_database_secret(step, hands, namespace_may_be_missing=True)
    _upgrade(step, hands)
    _ensure_database_secret(step, hands, namespace_may_be_missing=False)
    match step.stage:
        case "operators":
            return  # their InstallPlans are approved by the next step
        case "knative":
            await_knative(step, hands)
        case "platform":
            await_platform(step, hands)


def values_at(step: Infrastructure) -> dict[str, Any]:
    """What helm is given: the last stage goes without a name, so that plain helm would do the same."""
    return {**step.values, **({} if step.stage == STAGES[-1] else {"stage": step.stage})}


def _upgrade(step: Infrastructure, hands: Hands) -> None:
    found = releases.settled(hands, RELEASE, step.namespace, lambda one: _is_of(step, one))
    if found is not None and _is_done(step, found, hands):
        return
    hands.held()
    hands.progress(f"helm upgrade --install {RELEASE} in {step.namespace}, stage {step.stage}")
    hands.helm().upgrade_install(
        RELEASE,
        Chart(str(orchestrator().folder)),
        values_at(step),
        namespace=step.namespace,
        timeout=releases.helm_seconds(hands),
        description=f"{MANAGER}: {step.stage}",
    )


def _is_of(step: Infrastructure, found: StoredRelease) -> bool:
    """Whether a revision was given what this step, or another stage of the same run, gives."""
    return without_stage(found.values) == dict(step.values)


def _is_done(step: Infrastructure, found: StoredRelease, hands: Hands) -> bool:
    """A lower stage would take away what a higher one has made, so a release that is further is done as well."""
    if found.state != "deployed" or reached_by(found) < STAGES.index(step.stage):
        return False
    is_further = reached_by(found) > STAGES.index(step.stage)
    return is_further or (is_same(found, values_at(step)) and not _is_anything_missing(found, hands))


def _is_anything_missing(found: StoredRelease, hands: Hands) -> bool:
    return any(not _is_there(ref, hands) for ref in refs_of(found.manifest, found.namespace))


def _is_there(ref: Ref, hands: Hands) -> bool:
    group, _, version = ref.api_version.rpartition("/")
    try:
        hands.cluster.get(Kind(group, ref.kind, version), ref.name, ref.namespace or None)
    except (NotFound, NotServed):
        return False
    return True


def _ensure_database_secret(step: Infrastructure, hands: Hands, *, namespace_may_be_missing: bool) -> None:
    """The bundled database's password: made once, by chance, and known to nobody but its Secret."""
    if step.stage != STAGES[-1] or not needs_database_secret(step.values):
        return
    seen = effective(step.values)
    namespace = str(at(seen, "orchestrator", "namespace") or step.namespace)
    name = str(at(seen, "postgres", "authSecret", "name"))
    if _is_there(Ref("v1", "Secret", namespace, name), hands):
        return
    hands.held()
    try:
        hands.cluster.create(SECRET, _database_secret(seen, name, namespace), namespace)
    except Conflict:
        return  # somebody was faster: theirs counts
    except NotFound:
        if not namespace_may_be_missing:
            raise
        return  # the release makes the namespace
    hands.progress(f"made Secret {namespace}/{name} with a new password for the bundled database")


def _database_secret(seen: Mapping[str, Any], name: str, namespace: str) -> dict[str, Any]:
    auth, user = at(seen, "postgres", "authSecret"), str(at(seen, "postgres", "bundled", "user"))
    data = {auth["userKey"]: user, auth["passwordKey"]: secrets.token_urlsafe(32)}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": dict(LABELS)},
        "type": "Opaque",
        "data": {key: b64encode(value.encode()).decode() for key, value in data.items()},
    }
