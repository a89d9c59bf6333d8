"""The shapes that many rules share, as functions that make a rule's `check`. Each rule says what it is about.

A condition that is not True · a reference to what is not there · a list that lacks members · a variable with a value ·
an entry of dynamic-plugins.yaml · an object that should be there, or should not.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from installer.audit.effective import Plugin
from installer.audit.finding import Found
from installer.audit.kinds import Kind
from installer.audit.object import Object, items, strings
from installer.audit.remedy import Remedy, SetConfig, SetVariable
from installer.audit.rule import Check, Skip
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.model.change import Ref
from installer.model.dataclass import dataclass

# -- a condition that is not True


def condition_is_true(kind: Kind, condition: str, *, of: Callable[[Snapshot, Object], bool] | None = None) -> Check:
    """Every object of a kind (that `of` picks) has that condition, and it is True; skipped for manifests in Git."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        for one in snapshot.observed(kind):
            if of is None or of(snapshot, one):
                found = one.condition(condition)
                if found.get("status") != "True":
                    yield Found(one.at("status", "conditions"), condition_words(condition, found), f"{condition}: True")

    return check


def condition_words(condition: str, found: dict[str, Any]) -> str:
    """A condition as people read it: type, status, reason and message."""
    if not found:
        return f"no condition {condition}"
    told = ": ".join(str(found[key]) for key in ("reason", "message") if found.get(key))
    return f"{condition}: {found.get('status')}" + (f" ({told})" if told else "")


# -- a reference to what is not there


@dataclass(frozen=True)
class Reference:
    """What a spot refers to: an object, and keys that it must have. An empty namespace fits any."""

    spot: Spot
    kind: Kind
    name: str
    namespace: str
    keys: tuple[str, ...] = ()
    remedy: Remedy | None = None


def references_hold(of: Callable[[Snapshot], Iterable[Reference]]) -> Check:
    """Everything that `of` lists is there, with its keys. Kinds in `also` are looked at only where they were read."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        for one in of(snapshot):
            if one.name and snapshot.is_read(one.kind):
                yield from _broken(snapshot, one)

    return check


def _broken(snapshot: Snapshot, one: Reference) -> Iterator[Found]:
    address = f"{one.kind.kind} {one.namespace}/{one.name}" if one.namespace else f"{one.kind.kind} {one.name}"
    key = f"{one.spot.path}={one.name}"
    if not snapshot.exists(one.kind, one.name, one.namespace):
        yield Found(one.spot, f"{address} is not there", f"{address} exists", one.remedy, key)
        return
    present = snapshot.keys(one.kind, one.name, one.namespace) if one.keys else None
    missing = [name for name in one.keys if present is not None and name not in present]
    if missing:
        words = ", ".join(missing)
        yield Found(one.spot, f"{address} has no key {words}", f"the key {words}", one.remedy, f"{key}:{words}")


# -- a list that lacks members


def setting_holds(path: str, members: Callable[[Snapshot], Iterable[str]], *, where_unset: bool = False) -> Check:
    """The list at a path of app-config has certain members; a list that is not set is judged only where asked."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        setting = snapshot.setting(path)
        if setting is None and not where_unset:
            return
        present = strings(setting.value) if setting is not None else []
        missing = [one for one in members(snapshot) if one not in present]
        if missing and setting is not None and not setting.is_known:
            raise Skip(f"{path} hangs on a variable or file that is not at hand")
        if missing:
            spot = setting.spot if setting is not None else snapshot.would_write(path)
            whole = [*(items(setting.value) if setting is not None else []), *missing]
            yield Found(
                spot,
                ", ".join(present) or "not set",
                f"also {', '.join(missing)}",
                SetConfig(tuple(path.split(".")), whole),
            )

    return check


# -- a variable with a value


def variable_is_not(
    name: str, wrong: Callable[[str], bool], *, expected: str, value: str | None, init: bool = False
) -> Check:
    """RHDH's container, or its init container, has no such variable with a value that is wrong."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        variables = snapshot.init_variables if init else snapshot.variables
        found = variables.values.get(name)
        if found is not None and wrong(found):
            yield Found(snapshot.variable_spot(name), f"{name}={found}", expected, SetVariable(name, value, init))

    return check


# -- entries of dynamic-plugins.yaml


def plugins_are(
    wrong: Callable[[Snapshot, Plugin], str | None],
    *,
    expected: str | Callable[[Snapshot, Plugin], str],
    remedy: Callable[[Snapshot, Plugin], Remedy | None] | None = None,
    field: str = "package",
) -> Check:
    """No plugin that is on is wrong: `wrong` says what is observed, None where all is well.

    :param field: the field of the entry that the finding points to
    """

    def check(snapshot: Snapshot) -> Iterator[Found]:
        for one in snapshot.plugins:
            observed = wrong(snapshot, one) if one.enabled else None
            if observed is not None:
                place = one.spots.get(field, one.spot).place
                yield Found(
                    Spot(one.spot.ref, place, one.package),
                    observed,
                    expected if isinstance(expected, str) else expected(snapshot, one),
                    remedy(snapshot, one) if remedy is not None else None,
                )

    return check


def with_answers(check: Check) -> Check:
    """A check that compares with registries: skipped where they were not asked, whatever plugins there are."""

    def asked(snapshot: Snapshot) -> Iterator[Found]:
        snapshot.answers  # noqa: B018 - raises Skip
        yield from check(snapshot)

    return asked


# -- objects that should be there, or should not


def missing(kind: Kind, namespace: str = "", name: str = "", version: str = "") -> Spot:
    """What a finding about an object that is not there points to."""
    group = f"{kind.group}/{version}" if kind.group and version else kind.group or version or "v1"
    return Spot(Ref(group, kind.kind, namespace, name), None, "")


def none_is(kind: Kind, wrong: Callable[[Snapshot, Object], str | None], *path: str | int, expected: str) -> Check:
    """No object of a kind is wrong: `wrong` says what is observed, None where all is well. `path` is pointed to."""

    def check(snapshot: Snapshot) -> Iterator[Found]:
        for one in snapshot.of(kind):
            observed = wrong(snapshot, one)
            if observed is not None:
                yield Found(one.at(*path), observed, expected)

    return check
