"""What is known of a release's own dynamic-plugins.default.yaml where the file is not at hand. Reads no file.

It is the Orchestrator's groups alone: everything else in that file is known to the image or the catalog index only.
"""

from installer.desired.build import plugins
from installer.knowledge.releases import Release
from installer.plan.defaults_diff import DefaultPlugin
from installer.plan.goal import GoalPlugin


def known_defaults(release: Release) -> tuple[DefaultPlugin, ...]:
    """The entries of the groups that the file lists, which are switched off there."""
    return tuple(_default(one) for one in plugins(release) if one.group in release.default_groups)


def _default(plugin: GoalPlugin) -> DefaultPlugin:
    package = plugin.package
    if plugin.image is not None:  # an image's tag or digest is not known of every release
        package = f"oci://{plugin.image}" + (f"@{plugin.digest}" if plugin.digest else "")
    return DefaultPlugin(package, enabled=False, config=plugin.pinned_config or plugin.plugin_config or {})
