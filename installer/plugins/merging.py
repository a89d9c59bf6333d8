"""Joins the entries of layers into one list as RHDH does: identity, override, inherit. Does not install."""

from typing import Any

from installer.plugins.documents import crash
from installer.plugins.identity import INHERIT, OCI, OciPackage, merge_key, oci_key, parse_oci
from installer.plugins.javascript_values import FORBIDDEN
from installer.plugins.premerge import malformed
from installer.plugins.run import MAIN, Entry, Held, Layer, Run, Stop, new


def merge(run: Run, layer: Layer, entry: Entry) -> None:
    """Puts one entry on the list of `run`, or changes the plugin that is there. Raises Stop."""
    package = _package(run, layer, entry)
    if run.behaviour.identity == "verbatim":
        _merge_verbatim(run, layer, entry, package)
    elif package.startswith(OCI):
        _merge_oci(run, layer, entry, package)
    else:
        _merge_npm(run, layer, entry, package)


def _package(run: Run, layer: Layer, entry: Entry) -> Any:
    package = _field(run, entry)
    accepted = layer.level == 0 and run.behaviour.include_package == "accept"
    if isinstance(package, str) or accepted:
        return package
    label = MAIN if layer.level == 0 and run.behaviour.include_package == "main" else layer.label
    raise Stop(f"content of the 'plugins.package' field must be a string in {label}", origin=entry.origin)


def _field(run: Run, entry: Entry) -> Any:
    if run.behaviour.language == "javascript":
        return entry.value.get("package") if isinstance(entry.value, dict) else None
    try:
        return entry.value["package"]
    except (KeyError, TypeError) as error:
        raise Stop(crash(error), origin=entry.origin) from error


def _merge_verbatim(run: Run, layer: Layer, entry: Entry, package: Any) -> None:
    try:
        held = run.table.get(package)
    except TypeError as error:
        raise Stop(crash(error), origin=entry.origin) from error
    if held is None:
        run.table[package] = new(package, entry.value, layer.level, entry.origin)
    elif layer.level == 0 and run.behaviour.include_duplicates == "replace":
        replacing = new(package, entry.value, layer.level, entry.origin)
        replacing.origins = [*held.origins, entry.origin]
        run.table[package] = replacing
    else:
        _override(run, held, layer, entry, skip=("package",))


def _override(run: Run, held: Held, layer: Layer, entry: Entry, skip: tuple[str, ...]) -> None:
    """Every field that the entry has, also a null, takes the place of the one that is there."""
    held.level = layer.level
    held.origins.append(entry.origin)
    skipped = {*skip, *(FORBIDDEN if run.behaviour.language == "javascript" else ())}
    for key, value in entry.value.items():
        if key not in skipped:
            held.values[key] = value
            held.fields[key] = entry.origin


def _merge_npm(run: Run, layer: Layer, entry: Entry, package: str) -> None:
    key = merge_key(package, run.behaviour)
    held = run.table.get(key)
    if held is None:
        run.table[key] = new(key, entry.value, layer.level, entry.origin)
        return
    _refuse_duplicate(held, layer, entry, package)
    _override(run, held, layer, entry, skip=())


def _refuse_duplicate(held: Held, layer: Layer, entry: Entry, package: str) -> None:
    if held.level == layer.level:
        message = f"Duplicate plugin configuration for {package} found in {layer.label}."
        raise Stop(message, package, entry.origin)


def _merge_oci(run: Run, layer: Layer, entry: Entry, package: str) -> None:
    parts = parse_oci(package, run.behaviour)
    if parts is None:
        raise Stop(malformed(run, package, layer.label), package, entry.origin)
    key, package = _resolve(run, layer, entry, parts, package)
    held = run.table.get(key)
    if held is None:
        _add_oci(run, layer, entry, parts, key, package)
        return
    _refuse_duplicate(held, layer, entry, package)
    if not parts.inherits:
        held.values["package"], held.version = package, parts.version
        held.fields["package"] = entry.origin
        # The path that only the registry knew, now that an entry names it.
        held.key = oci_key(parts.registry, parts.plugin) if parts.plugin else held.key
    _override(run, held, layer, entry, skip=("package", "version"))


def _add_oci(run: Run, layer: Layer, entry: Entry, parts: OciPackage, key: str, package: str) -> None:
    if parts.inherits and not _may_inherit(run, layer):
        raise Stop(
            f"ERROR: {INHERIT} tag is set and there is currently no resolved tag or digest "
            f"for {package} in {layer.label}.",
            package,
            entry.origin,
        )
    held = new(key, {**entry.value, "package": package}, layer.level, entry.origin)
    held.version = parts.version
    run.table[key] = held
    run.images.setdefault(parts.registry, []).append(key)


def _may_inherit(run: Run, layer: Layer) -> bool:
    """Whether an include that is not at hand may hold what is inherited: only the main file can inherit."""
    return layer.level == 1 and bool(run.unknown)


def _resolve(run: Run, layer: Layer, entry: Entry, parts: OciPackage, package: str) -> tuple[str, str]:
    """The key of an OCI entry, and its package string once a missing plugin path is filled in."""
    if parts.plugin is not None:
        return _key_with_path(run, parts, parts.plugin), package
    if parts.inherits:
        return _inherit(run, layer, entry, parts, package)
    known = run.images.get(parts.registry, [])
    # RHDH asks the registry for the path. An image without a path in its entry holds one plugin, so one that is
    # known from another entry is the one.
    key = known[0] if len(known) == 1 else oci_key(parts.registry, "")
    plugin = _plugin_of(run, key)
    return key, f"{package}!{plugin}" if plugin and "!" not in package else package


def _key_with_path(run: Run, parts: OciPackage, plugin: str) -> str:
    known = run.images.get(parts.registry, [])
    unnamed = oci_key(parts.registry, "")
    if known == [unnamed] and not _plugin_of(run, unnamed):
        return unnamed
    return known[0] if len(known) == 1 and _plugin_of(run, known[0]) == plugin else oci_key(parts.registry, plugin)


def _plugin_of(run: Run, key: str) -> str:
    held = run.table.get(key)
    return (held.key if held else key).partition(":!")[2]


def _inherit(run: Run, layer: Layer, entry: Entry, parts: OciPackage, package: str) -> tuple[str, str]:
    """`{{inherit}}` without a path: tag and path of the one plugin of that image."""
    known = run.images.get(parts.registry, [])
    if len(known) == 1:
        held = run.table[known[0]]
        plugin = _plugin_of(run, known[0])
        image = f"{parts.registry}:{held.version}"
        return known[0], f"{image}!{plugin}" if plugin else image
    if not known and _may_inherit(run, layer):
        return oci_key(parts.registry, ""), package
    raise Stop(_cannot_inherit(run, parts.registry, known), package, entry.origin)


def _cannot_inherit(run: Run, registry: str, known: list[str]) -> str:
    start = f"Cannot use {INHERIT} for {registry}: "
    if not known:
        return (
            f"{start}no existing plugin configuration found. "
            "Ensure a plugin from this image is defined in an included file with an explicit version."
        )
    listed = "\n  - ".join(f"{registry}:{run.table[key].version}!{_plugin_of(run, key)}" for key in known)
    return (
        f"{start}multiple plugins from this image are defined in the included files:\n  - {listed}\n"
        f"Please specify which plugin configuration to inherit from using: {registry}:{INHERIT}!<plugin_path>"
    )
