"""Builds the goal of an installation from a release's own texts. Does not read files of the user."""

from collections.abc import Mapping
from typing import Any

from installer.instance.instance import Instance
from installer.knowledge.aliases import role, role_of
from installer.knowledge.releases import Release
from installer.model.request import InstallRequest
from installer.plan.goal import Goal, GoalPlugin, Part
from installer.yamltext.reading import compose
from installer.yamltext.values import Schema, construct

ALL_PARTS: frozenset[Part] = frozenset({"notifications", "templates", "cors", "csp", "email"})


def build(release: Release, request: InstallRequest, instance: Instance) -> Goal:
    """The goal for one instance."""
    parts = frozenset(
        part for part in ALL_PARTS if (part in request.extras if part == "email" else part not in request.without)
    )
    groups = {"orchestrator"} | ({"notifications"} & parts) | ({"email"} & parts)
    return Goal(
        release=release,
        plugins=tuple(one for one in plugins(release) if one.group in groups),
        parts=parts,
        app_config=data(release.app_config),
        namespace=request.infrastructure_namespace or release.infrastructure_namespace or instance.namespace,
        namespace_chosen=request.infrastructure_namespace is not None,
        rhdh_url=request.rhdh_url,
        enable_disabled=request.enable_disabled,
    )


def plugins(release: Release) -> tuple[GoalPlugin, ...]:
    """The release's whole set, in the order of its dynamic-plugins.yaml."""
    return tuple(_plugin(entry, release) for entry in data(release.dynamic_plugins)["plugins"])


def data(text: str) -> Any:
    (document,) = compose(text, guarded=True)  # ours, and within all bounds
    return construct(document, Schema.CORE)


def _plugin(entry: Mapping[str, Any], release: Release) -> GoalPlugin:
    package: str = entry["package"]
    name = role_of(package) or ""
    image = package.removeprefix("oci://").split(":{{")[0] if package.startswith("oci://") else None
    return GoalPlugin(
        role=name,
        group=role(name).group,
        package=package,
        integrity=entry.get("integrity"),
        plugin_config=entry.get("pluginConfig"),
        pinned_config=release.pinned_plugin_config.get(name),
        image=image,
        digest=release.digests.get(image) if image else None,
    )
