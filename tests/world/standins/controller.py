"""Runs stand-ins as Kubernetes controllers run: watch, wake, reconcile, try again. Knows none of them."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

import requests

from tests.world.api import Api, Manifest, Refused

Kind = tuple[str, str]
LOG = logging.getLogger("stand-ins")
# How long after a failure, or before a kind is served, to try again.
AGAIN = 0.5
# A burst of events is answered once: who writes two ConfigMaps in one go wants one rollout, also on a busy machine.
SETTLE = 0.1
# How long after a definition was made or changed its kind may come to be served.
LATELY = 5.0
NOT_FOUND = 404
DEFINITION: Kind = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


class StandIn(Protocol):
    """One controller that cannot run here, in the behaviour that tests need."""

    watches: Sequence[Kind]

    def wakes(self, kind: Kind, changed: Manifest) -> bool:
        """Whether a change of this object is a reason to reconcile."""

    def objects(self, api: Api) -> Sequence[Manifest]:
        """What there is to look after now."""

    def reconcile(self, api: Api, item: Manifest) -> None:
        """Bring one of them to what it should be. Whatever is raised is logged, and all are looked at again soon."""


@dataclass
class Running:
    """A stand-in with its own thread and its own connection."""

    stand_in: StandIn
    api: Api
    woken: SimpleQueue[str] = field(default_factory=SimpleQueue)

    def run(self) -> None:
        again = set[str]()
        while True:
            again = self.once(again | self.changed(AGAIN if again else None))

    def changed(self, seconds: float | None) -> set[str]:
        """The namespaces where something has changed, once something has."""
        try:
            found = {self.woken.get(timeout=seconds)}
        except Empty:
            return set()
        time.sleep(SETTLE)
        while not self.woken.empty():
            found.add(self.woken.get())
        return found

    def once(self, where: set[str]) -> set[str]:
        """Look after the objects there; one that fails does not hold up the others. Returns where to look again."""
        found = list[Manifest]()
        if not self.attempt(lambda: found.extend(concerned(self.stand_in.objects(self.api), where))):
            return where
        return {home_of(one) for one in found if not self.attempt(partial(self.stand_in.reconcile, self.api, one))}

    def attempt(self, work: Callable[[], object]) -> bool:
        """Whether it went well; what was raised stands in the log."""
        try:
            work()
        except Exception as problem:
            expected = isinstance(problem, OSError | LookupError)
            LOG.warning("%s: %s", type(self.stand_in).__name__, problem, exc_info=not expected)
            return False
        return True


def run(kubeconfig: Path, stand_ins: Sequence[StandIn]) -> list[threading.Thread]:
    """Start a thread for every stand-in and one for every kind that any of them watches."""
    running = [Running(one, Api(kubeconfig, keep_alive=True)) for one in stand_ins]
    kinds = sorted({kind for one in stand_ins for kind in one.watches})
    definitions = Definitions()
    targets: list[Callable[[], None]] = [one.run for one in running]
    targets.append(
        partial(watch, Api(kubeconfig, keep_alive=True), DEFINITION, definitions, lambda _: definitions.tell())
    )
    for kind in kinds:
        interested = [one for one in running if kind in one.stand_in.watches]
        changed = partial(wake, interested, kind)
        targets.append(partial(watch, Api(kubeconfig, keep_alive=True), kind, definitions, changed))
    threads = [threading.Thread(target=one, daemon=True) for one in targets]
    for one in threads:
        one.start()
    return threads


@dataclass
class Definitions:
    """Tells who waits for a kind to be served that a definition has changed: to ask for it all the time costs more."""

    news: threading.Condition = field(default_factory=threading.Condition)
    last: float = field(default_factory=time.monotonic)

    def tell(self) -> None:
        with self.news:
            self.last = time.monotonic()
            self.news.notify_all()

    def wait(self) -> None:
        """Until it is worth to ask again."""
        with self.news:
            self.news.wait(AGAIN if time.monotonic() < self.last + LATELY else None)


def watch(api: Api, kind: Kind, definitions: Definitions, changed: Callable[[Manifest], None]) -> None:
    """Tell of everything that is there first, then of every change, for ever."""
    while True:
        try:
            listed = api.request("GET", api.path(*kind)).json()
            for item in listed["items"] or []:
                changed(item)
            for event, item in api.watch(*kind, listed["metadata"]["resourceVersion"]):
                if event == "ERROR":
                    break
                changed(item)
        except Refused as no:
            # A kind that is not served yet is what an operator waits for too.
            if no.code == NOT_FOUND:
                definitions.wait()
                continue
            LOG.warning("watch of %s: %s", kind[1], no)
            time.sleep(AGAIN)
        except (requests.RequestException, OSError, ValueError) as problem:
            LOG.warning("watch of %s: %s", kind[1], problem)
            time.sleep(AGAIN)


def wake(interested: Sequence[Running], kind: Kind, item: Manifest) -> None:
    for one in interested:
        if one.stand_in.wakes(kind, item):
            one.woken.put(home_of(item))


def home_of(manifest: Manifest) -> str:
    """ "" for what is in none."""
    return str(manifest["metadata"].get("namespace", ""))


def concerned(items: Sequence[Manifest], where: set[str]) -> Sequence[Manifest]:
    """Those in one of these namespaces; all where one of these has none of them, as an operator's own has."""
    theirs = {home_of(one) for one in items}
    return [one for one in items if home_of(one) in where] if where <= theirs else items


def served(api: Api, kind: Kind) -> bool:
    try:
        api.path(*kind)
    except Refused:
        return False
    return True


def living(api: Api, *kinds: Kind) -> list[Manifest]:
    """Every object of these kinds that is not being deleted; a kind that is not served has none."""
    found = [one for kind in kinds if served(api, kind) for one in api.list(*kind)]
    return [one for one in found if "deletionTimestamp" not in one["metadata"]]


def owner(manifest: Manifest) -> Manifest:
    """The ownerReference by which the garbage collector takes an object away with its owner."""
    metadata = manifest["metadata"]
    reference = {"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "controller": True}
    return {**reference, "name": metadata["name"], "uid": metadata["uid"], "blockOwnerDeletion": True}


def set_condition(api: Api, manifest: Manifest, condition: Manifest) -> None:
    """Write one condition of an object's status, keeping the others; nothing when it is as it should be.

    :param condition: type, status, reason, message
    """
    old = manifest.get("status", {}).get("conditions") or []
    mine = next((one for one in old if one["type"] == condition["type"]), {})
    if all(mine.get(key) == value for key, value in condition.items()):
        return
    changed = mine.get("status") != condition["status"]
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) if changed else mine["lastTransitionTime"]
    rest = [one for one in old if one["type"] != condition["type"]]
    conditions = [*rest, {**condition, "lastTransitionTime": since}]
    api.patch(manifest, {"status": {"conditions": conditions}}, "status")
    manifest.setdefault("status", {})["conditions"] = conditions
