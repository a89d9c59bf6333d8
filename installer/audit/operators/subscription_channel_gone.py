"""Subscription channel gone."""

from collections.abc import Iterator

from installer.audit.about_operators import is_ours
from installer.audit.finding import Found
from installer.audit.kinds import PACKAGE, SUBSCRIPTION
from installer.audit.object import Object, mappings, text
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(SUBSCRIPTION):
        package, channel = one.text("spec", "name"), one.text("spec", "channel")
        served = _channels(snapshot, one) if is_ours(package) and channel else None
        if served is None or channel in served:
            continue
        source = one.text("spec", "source")
        offered = ", ".join(served) or "nothing"
        observed = f"channel {channel} of {package}, and {source} serves {offered}"
        yield Found(one.at("spec", "channel"), observed, "a channel that is served", _move(snapshot, one, served))


def _channels(snapshot: Snapshot, one: Object) -> list[str] | None:
    """The package's channels in the Subscription's catalog; None where nothing is known of that catalog."""
    path = one.text("spec", "source"), one.text("spec", "sourceNamespace")
    catalog = [each for each in snapshot.of(PACKAGE) if _catalog(each) == path]
    if not catalog:
        return None
    served = [each for each in catalog if each.name == one.text("spec", "name")]
    return list(dict.fromkeys(text(channel.get("name")) for each in served for channel in _listed(each)))


def _catalog(package: Object) -> tuple[str, str]:
    return package.text("status", "catalogSource"), package.text("status", "catalogSourceNamespace")


def _listed(package: Object) -> list[dict[str, object]]:
    return list(mappings(package.get("status", "channels")))


def _move(snapshot: Snapshot, one: Object, served: list[str]) -> PatchObject | None:
    """To the channel that this release of RHDH goes with, where that is served."""
    operators = snapshot.release.operators.values() if snapshot.has_instance else ()
    package = one.text("spec", "name")
    wanted = next((each.channel for each in operators if each.package == package), "")
    return PatchObject(one.ref, {"spec": {"channel": wanted}}) if wanted in served else None


RULE = Rule(
    module=__name__,
    title="Subscription channel gone",
    severity="high",
    reads=(SUBSCRIPTION, PACKAGE),
    wrong="The catalog of a Subscription does not serve its channel, or its package, any more.",
    why="OLM resolves nothing for it: a new installation waits for ever, and one that is there gets no upgrade.",
    fix="Subscribe to a channel that the catalog serves.",
    sources=("https://olm.operatorframework.io/docs/concepts/crds/subscription/",),
    check=check,
)
