"""Helm-owned ConfigMap hand-edited."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP
from installer.audit.object import mapping, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.model.change import Ref


def check(snapshot: Snapshot) -> Iterator[Found]:
    for ref, manifest in snapshot.rendered.items():
        if ref.kind == "ConfigMap":
            yield from _differing(snapshot, ref, manifest)


def _differing(snapshot: Snapshot, ref: Ref, manifest: Mapping[str, Any]) -> Iterator[Found]:
    live = snapshot.named(CONFIG_MAP, ref.name, ref.namespace or snapshot.namespace)
    if live is None:
        return
    rendered, there = mapping(manifest.get("data")), live.mapping("data")
    for key in sorted({*rendered, *there}):
        if text(rendered.get(key)).rstrip() != text(there.get(key)).rstrip():
            yield Found(live.at("data", key), f"{key} is not as the release renders it", "as the values say", key=key)


RULE = Rule(
    module=__name__,
    title="Helm-owned ConfigMap hand-edited",
    severity="high",
    reads=(CONFIG_MAP,),
    wrong="A ConfigMap of RHDH's Helm release is not what its values and chart render.",
    why="The next helm upgrade puts the rendered content back, and the portal loses the change.",
    fix="Put the change into the values of the release, and upgrade it.",
    sources=("https://helm.sh/docs/faq/changes_since_helm2/#improved-upgrade-strategy-3-way-strategic-merge-patches",),
    check=check,
)
