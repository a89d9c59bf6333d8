"""Installs operators side by side: approves the one InstallPlan of each, waits for its CSV. Makes no Subscription."""

from collections.abc import Mapping
from dataclasses import field

from installer.apply.hands import Hands
from installer.cluster.cluster import Objects
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Conflict, Forbidden, NotFound, Unreachable
from installer.cluster.kinds import (
    CSV,
    DEPLOYMENT,
    INSTALL_PLAN,
    NO_COPIES,
    OPERATOR_GROUP,
    POD,
    SUBSCRIPTION,
)
from installer.cluster.resources import Kind
from installer.cluster.watching import watch
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import MANAGER, Operator, Operators
from installer.plan.install_plans import Approve
from installer.plan.olm import Object, Olm, address
from installer.plan.operator_outlook import Coming, Done, Outlook, Stuck, holdup, outlook

# A watch tells of the next change; whatever it does not cover is looked at again after so many seconds.
_LOOK_AGAIN = 5.0
# OLM calls a group or a version missing that it has merely not seen yet; for longer than this it means it.
_GRACE = 15.0


def carry_out(step: Operators, hands: Hands) -> None:
    """Until every operator has Succeeded. May be called again at any time: the cluster says how far it is.

    :raises InstallerError: FINDINGS where OLM is stuck, DECIDE where a plan bundles foreign CSVs, CONFLICT where a
        Subscription asks for another version now, UNREACHABLE with the Deployment and its pod's reason at the deadline
    """
    if step.wanted:
        _Installation(step.wanted, hands).run()


@dataclass
class _Installation:
    wanted: tuple[Operator, ...]
    hands: Hands
    words: dict[Operator, str] = field(default_factory=dict)
    doubts: dict[Operator, Deadline] = field(default_factory=dict)
    told: set[Operator] = field(default_factory=set)
    said: tuple[str, str] = ("", "")

    def run(self) -> None:
        try:
            while not self._is_over():
                pass
        except Unreachable:
            if not self.hands.cluster.deadline.is_over or not self.words:
                raise
            raise self._too_late() from None

    def _is_over(self) -> bool:
        """Look, do what can be done, and wait for the next change; true once every operator has Succeeded."""
        olm = self._look()
        looks = {one: outlook(olm, one, self.wanted) for one in self.wanted}
        for one, found in looks.items():
            self._note(one, found)
        self._refuse(looks)
        # One plan may bring both.
        plans = {(one.namespace, found) for one, found in looks.items() if isinstance(found, Approve)}
        approved = [self._approve(*one) for one in sorted(plans, key=str)]
        if all(isinstance(found, Done) for found in looks.values()):
            return True
        if self.hands.cluster.deadline.is_over:
            raise self._too_late()
        if not any(approved):
            self._say()
            self._await_change(olm, looks)
        return False

    def _look(self) -> Olm:
        return Olm(
            subscriptions=self._list(SUBSCRIPTION),
            csvs=self._list(CSV, NO_COPIES),
            groups=self._list(OPERATOR_GROUP),
            install_plans=self._list(INSTALL_PLAN),
        )

    def _list(self, kind: Kind, labels: str = "") -> Objects:
        spaces = dict.fromkeys(one.namespace for one in self.wanted)
        return [found for space in spaces for found in self.hands.cluster.list(kind, space, labels=labels, page=0)]

    def _note(self, operator: Operator, found: Outlook) -> None:
        """Keep the newest words about an operator, for the progress and for the moment when time is up."""
        match found:
            case Done(csv):
                self.words.pop(operator, None)
                if operator not in self.told:
                    self.told.add(operator)
                    self.hands.progress(f"operator {operator.package} in {operator.namespace}: {csv} has Succeeded")
            case Coming(why, csv):
                self.words[operator] = "; ".join(filter(None, (why, self._holdup(csv))))
            case Approve(name):
                self.words[operator] = f"InstallPlan {operator.namespace}/{name} waits for approval"
            case Stuck(problems):
                self.words[operator] = problems[0].message

    def _holdup(self, csv: Object | None) -> str:
        """Whoever may not look at the operator's pods still installs it, with fewer words."""
        if csv is None:
            return ""
        cluster, space = self.hands.cluster, csv["metadata"]["namespace"]
        try:
            return holdup(csv, cluster.list(DEPLOYMENT, space, page=0), cluster.list(POD, space, page=0))
        except Forbidden:
            return ""

    def _refuse(self, looks: Mapping[Operator, Outlook]) -> None:
        """Raise what is final, or was said for long enough."""
        problems: list[Problem] = []
        for one, found in looks.items():
            if not isinstance(found, Stuck):
                self.doubts.pop(one, None)
                continue
            doubt = self.doubts.setdefault(one, Deadline.after(_GRACE))
            if found.is_final or doubt.is_over:
                problems += found.problems
        if problems:
            raise InstallerError(*dict.fromkeys(problems))

    def _approve(self, namespace: str, plan: Approve) -> bool:
        """False where it has moved: it is looked at again."""
        self.hands.held()
        change = {"spec": {"approved": True}}
        try:
            self.hands.cluster.patch(
                INSTALL_PLAN, plan.name, namespace, change, version=plan.resource_version, manager=MANAGER
            )
        except (Conflict, NotFound):  # or thrown away: OLM has planned anew
            return False
        self.hands.progress(f"approved InstallPlan {namespace}/{plan.name}: {', '.join(plan.csvs)}")
        return True

    def _say(self) -> None:
        names = ", ".join(one.package for one in self.words)
        now = (f"operators {names}", "; ".join(dict.fromkeys(self.words.values())))
        if now != self.said:
            self.said = now
            self.hands.progress.wait(*now)

    def _await_change(self, olm: Olm, looks: Mapping[Operator, Outlook]) -> None:
        """Until something happens to what is waited for: Subscriptions tell of plans, then CSVs of themselves."""
        is_installing = all(isinstance(one, Done) or (isinstance(one, Coming) and one.csv) for one in looks.values())
        kind, labels = (CSV, NO_COPIES) if is_installing else (SUBSCRIPTION, "")
        known = {_version(one) for one in (*olm.csvs, *olm.subscriptions)}
        spaces = {one.namespace for one in self.wanted}
        until = Deadline.after(min(_LOOK_AGAIN, self.hands.cluster.deadline.left or 0.001))
        where = next(iter(spaces)) if len(spaces) == 1 else None
        for event in watch(self.hands.cluster, kind, where, until=until, labels=labels):
            if event.object["metadata"].get("namespace") in spaces and _version(event.object) not in known:
                return

    def _too_late(self) -> InstallerError:
        return InstallerError(*(_not_ready(one, why) for one, why in self.words.items()))


def _version(one: Object) -> tuple[str, str, str]:
    return str(one.get("kind")), address(one), str(one["metadata"].get("resourceVersion"))


def _not_ready(operator: Operator, why: str) -> Problem:
    message = f"operator {operator.package} in {operator.namespace} is not ready within the time given: {why}"
    fix = f"kubectl get pods -n {operator.namespace} shows its pods; once they are ready, run the command again"
    return Problem("operator-not-ready", message, None, fix, ExitCode.UNREACHABLE)
