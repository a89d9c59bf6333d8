"""RHDH 1.9.4 and later: finds the OCI images that are switched off, before layers are joined. Does not join them."""

from dataclasses import field

from installer.model.dataclass import dataclass
from installer.plugins.documents import crash
from installer.plugins.identity import OCI, OciPackage, parse_oci
from installer.plugins.javascript_values import collation
from installer.plugins.outcome import Origin
from installer.plugins.run import Entry, Layer, Run, Stop, effective, new
from installer.plugins.switches import is_off

ALGORITHMS = "('sha512', 'sha384', 'sha256')"
JAVASCRIPT_ALGORITHMS = "sha512, sha384, sha256"


@dataclass(slots=True)
class _State:
    """off: (image, plugin path) → (switched off, level); pathless: image → file; paths: image → path → file."""

    off: dict[tuple[str, str | None], tuple[bool, int]] = field(default_factory=dict)
    pathless: dict[str, tuple[str, str, Origin]] = field(default_factory=dict)
    paths: dict[str, dict[str, str]] = field(default_factory=dict)


def without_disabled_images(run: Run, all_layers: list[Layer]) -> list[Layer]:
    """The layers without the entries of switched-off images, which go to `run.dropped`. Raises Stop."""
    state = _State()
    for layer in all_layers:
        if layer.refused is not None:
            raise layer.refused
        for entry in layer.entries:
            _note(run, state, layer, entry)
    _refuse_ambiguous(run, state)
    off = {image for image in state.pathless if _image_is_off(run, state, image)}
    return [Layer(layer.label, layer.level, _kept(run, layer, off)) for layer in all_layers]


def _package(run: Run, entry: Entry) -> str | None:
    """The OCI package of an entry; None where it is none. Raises Stop for an entry that is no map."""
    value = entry.value
    if isinstance(value, dict):
        package = value.get("package")
        return package if isinstance(package, str) and package.startswith(OCI) else None
    if run.behaviour.language == "python":
        missing = f"'{type(value).__name__}' object has no attribute 'get'"
        raise Stop(crash(AttributeError(missing)), origin=entry.origin)
    if value is None:
        raise Stop("TypeError: Cannot read properties of null (reading 'package')", origin=entry.origin)
    return None


def _note(run: Run, state: _State, layer: Layer, entry: Entry) -> None:
    package = _package(run, entry)
    if package is None:
        return
    off = is_off(entry.value, run.behaviour)
    parts = parse_oci(package, run.behaviour)
    if parts is None:
        if not off:
            raise Stop(malformed(run, package, layer.label), package, entry.origin)
        run.warnings.append(_malformed_but_off(run, package, layer.label))
        return
    if _note_state(run, state, layer, entry, parts, off=off):
        if parts.plugin is None:
            state.pathless[parts.registry] = (layer.label, package, entry.origin)
        else:
            state.paths.setdefault(parts.registry, {})[parts.plugin] = layer.label


def _note_state(run: Run, state: _State, layer: Layer, entry: Entry, parts: OciPackage, *, off: bool) -> bool:
    key = (parts.registry, parts.plugin)
    known = state.off.get(key)
    if known is not None and known[1] == layer.level:
        suffix = f"!{parts.plugin}" if parts.plugin else ""
        package = entry.value["package"]
        if not off:
            raise Stop(
                f"Duplicate OCI plugin configuration for {parts.registry}{suffix} "
                f"found at the same level in {layer.label}: {package}",
                package,
                entry.origin,
            )
        run.warnings.append(
            f"WARNING: Skipping duplicate disabled OCI plugin configuration for {parts.registry}{suffix} "
            f"in {layer.label}"
        )
        return False
    state.off[key] = (off, layer.level)
    return True


def _refuse_ambiguous(run: Run, state: _State) -> None:
    for image, (label, package, origin) in state.pathless.items():
        paths = state.paths.get(image, {})
        if len(paths) < 2:  # noqa: PLR2004 - one path is no choice
            continue
        python = run.behaviour.language == "python"
        ordered = sorted(paths) if python else sorted(paths, key=collation)
        listed = "\n  - ".join(f"{path} (in {paths[path]})" for path in ordered)
        advice = (
            f"ambiguous path-less OCI reference for {image} in {label}: "
            f"multiple path-specific entries exist:\n  - {listed}\n"
            "Cannot use path-less syntax for multi-plugin images. "
            "Please specify a !<plugin-path> suffix for the plugin"
        )
        if not state.off[image, None][0]:
            raise Stop(f"A{advice[1:]}.", package, origin)
        run.warnings.append(f"WARNING: Skipping disabled {advice}")


def _image_is_off(run: Run, state: _State, image: str) -> bool:
    """By its path-less entry, unless an entry with a path stands on a higher level.

    With several paths Python looks at the first, JavaScript at none.
    """
    off, level = state.off[image, None]
    paths = state.paths.get(image, {})
    if paths and (run.behaviour.language == "python" or len(paths) == 1):
        path_off, path_level = state.off[image, next(iter(paths))]
        if path_level > level:
            return path_off
    return off


def _kept(run: Run, layer: Layer, off: set[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in layer.entries if not _drops(run, layer, entry, off))


def _drops(run: Run, layer: Layer, entry: Entry, off: set[str]) -> bool:
    package = _package(run, entry)
    if package is None:
        return False
    parts = parse_oci(package, run.behaviour)
    drops = parts.registry in off if parts is not None else is_off(entry.value, run.behaviour)
    if drops:
        held = new(package, {**entry.value, "disabled": True, "enabled": False}, layer.level, entry.origin)
        run.dropped.append(effective(held, run.behaviour))
    return drops


def malformed(run: Run, package: str, label: str) -> str:
    """RHDH's words for an OCI package that is none."""
    return f"oci package '{package}' is not in the expected format {_format(run, f' in {label}')}"


def _malformed_but_off(run: Run, package: str, label: str) -> str:
    return (
        f"WARNING: Skipping disabled OCI plugin with invalid format: '{package}' in {label}. "
        f"Expected format: {_format(run, '')}"
    )


def _format(run: Run, place: str) -> str:
    algorithms = ALGORITHMS if run.behaviour.language == "python" else JAVASCRIPT_ALGORITHMS
    port = run.behaviour.oci_pattern == "port"
    algorithm = "<algo>" if port else "sha<algo>"
    where = " where <registry> may include a port (e.g. host:5000/path) and" if port else " where"
    return (
        f"'{OCI}<registry>:<tag>' or '{OCI}<registry>@{algorithm}:<digest>' "
        f"(optionally followed by '!<path>'){place}{where} <algo> is one of {algorithms}"
    )
