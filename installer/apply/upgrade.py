"""`helm upgrade` of somebody's own release of RHDH, and the way back. Chooses neither chart nor values."""

from installer.apply import releases
from installer.apply.hands import Hands
from installer.instance.stored_release import StoredRelease, secret_of
from installer.model.run import MANAGER, Upgrade
from installer.programs.helm import Chart, Helm
from installer.programs.helm import Target as To


def rehearse(step: Upgrade, helm: Helm, kubernetes: str, timeout: float) -> None:
    """Render the chart with the values it shall get: a chart that is not there, or refuses them, is found before a run.

    A chart that asks the cluster (`lookup`) is rendered as for an empty one. Raises InstallerError (programs.helm).
    """
    chart = Chart(step.chart, step.chart_version)
    target = To(kubernetes)
    helm.template(chart, step.after, release=step.release, namespace=step.namespace, cluster=target, timeout=timeout)


def carry_out(step: Upgrade, hands: Hands) -> None:
    """Upgrade the release to `after`, unless it is there; waits for no pod; safe to be called again at any point.

    Raises InstallerError: CONFLICT "release-changed" where somebody changed it since, "release-pending" where
    somebody's helm works on it; what helm refuses (programs.helm).
    """
    found = _settled(step, hands)
    if found is None or not (_is_as_planned(step, found) or _is_after(step, found)):
        raise releases.moved(found, step.release, step.namespace)
    if _is_after(step, found) and found.state == "deployed":
        return
    hands.held()
    hands.progress(f"helm upgrade {step.release} in {step.namespace}")
    hands.helm().upgrade_install(
        step.release,
        Chart(step.chart, step.chart_version),
        step.after,
        namespace=step.namespace,
        timeout=releases.helm_seconds(hands),
        description=f"{MANAGER}: the Orchestrator's plugins",
    )


def put_back(step: Upgrade, hands: Hands) -> None:
    """`helm rollback` to the revision that was there, with its chart; nothing where its values are there already.

    Raises as `carry_out`.
    """
    found = _settled(step, hands)
    if found is not None and found.values == step.before and found.state == "deployed":
        return
    if found is None or not (_is_after(step, found) or found.values == step.before):
        raise releases.moved(found, step.release, step.namespace)
    hands.held()
    hands.progress(f"helm rollback {step.release} {step.revision} in {step.namespace}")
    if secret_of(releases.read(hands, step.release, step.namespace), step.release, step.revision) is not None:
        seconds = releases.helm_seconds(hands)
        hands.helm().rollback(step.release, step.revision, namespace=step.namespace, timeout=seconds)
        return
    # Helm keeps ten revisions; the one that was there is no longer among them.
    hands.helm().upgrade_install(
        step.release,
        Chart(step.chart, step.chart_version),
        step.before,
        namespace=step.namespace,
        timeout=releases.helm_seconds(hands),
        description=f"{MANAGER}: as before the Orchestrator's plugins",
    )


def _settled(step: Upgrade, hands: Hands) -> StoredRelease | None:
    """A revision later than the plan's that was given either of the step's values is one of this run's own."""

    def is_ours(found: StoredRelease) -> bool:
        return found.revision > step.revision and found.values in (step.before, step.after)

    return releases.settled(hands, step.release, step.namespace, is_ours)


def _is_as_planned(step: Upgrade, found: StoredRelease) -> bool:
    return found.revision == step.revision and found.values == step.before


def _is_after(step: Upgrade, found: StoredRelease) -> bool:
    return found.revision > step.revision and found.values == step.after
