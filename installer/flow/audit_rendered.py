"""The manifest of a Helm release as objects. Renders nothing."""

from collections.abc import Mapping
from typing import Any

from installer.audit.object import mapping, text
from installer.model.change import Ref
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.values import Schema, construct


def rendered_of(manifest: str) -> Mapping[Ref, Mapping[str, Any]] | None:
    """By reference, without a namespace where the chart gives none; None where it is no YAML (cut off, sanitised)."""
    try:
        documents = [mapping(construct(node, Schema.KUBERNETES)) for node in compose(manifest) if node is not None]
    except Unreadable:
        return None
    return {_ref(one): one for one in documents if one.get("kind") and one.get("apiVersion")}


def _ref(one: Mapping[str, Any]) -> Ref:
    metadata = mapping(one.get("metadata"))
    return Ref(text(one["apiVersion"]), text(one["kind"]), text(metadata.get("namespace")), text(metadata.get("name")))
