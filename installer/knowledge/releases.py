"""RHDH's releases: one per folder of configmaps/. Knows none by name and decides nothing about them."""

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from installer.knowledge import reading
from installer.knowledge.location import data_folder
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern

_FORM = late_pattern(r"v?(?P<minor>(?:0|[1-9][0-9]{0,5})\.(?:0|[1-9][0-9]{0,5}))(?:\.(?P<patch>0|[1-9][0-9]{0,5}))?")


@dataclass(frozen=True, slots=True)
class Templates:
    """The software templates of a release, in a Git repository."""

    repository: str
    branch: str
    paths: tuple[str, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The URLs that catalog locations name, in order."""
        return tuple(f"{self.repository}/blob/{self.branch}/{path}" for path in self.paths)


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as OLM knows it. `version` is major.minor; both may be None: no source says."""

    package: str
    channel: str
    version: str | None
    starting_csv: str | None


@dataclass(frozen=True, slots=True)
class ConfigLoader:
    """Two rules in which the releases' config loaders differ (app-config)."""

    dollar_keys_are_placeholders: bool
    colon_in_keys: bool


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """One RHDH release at one patch; there is one object of each, and its mappings are not to be changed.

    `dynamic_plugins` and `app_config` are the texts that go into RHDH's ConfigMaps. `switch` is the key that
    turns a plugin on. `infrastructure_namespace` None means RHDH's own. `digests` maps an image
    (registry/path) to the digest of this patch, `minor_digests` to the digests of every patch that is known.
    `pins` maps an npm package to version to integrity. `default_groups` are the plugin
    groups that RHDH's own default file lists, switched off. `pinned_plugin_config` maps a role to what its entry
    needs where no default file brings it.
    """

    minor: str
    patch: int
    backstage: str
    orchestrator: str
    generally_available: str | None
    dynamic_plugins: str
    app_config: str
    switch: Literal["disabled", "enabled"]
    default_groups: frozenset[str]
    behaviour: str
    config_loader: ConfigLoader
    infrastructure_namespace: str | None
    max_entry_size: str | None
    brought_entry_size: str | None
    npm_scopes: Mapping[str, str]
    templates: Templates | None
    operators: Mapping[str, Operator]
    backstage_api_version: str
    openshift: tuple[str, str] | None
    charts: Mapping[str, str]
    catalog_index_image: str | None
    pins: Mapping[str, Mapping[str, str]]
    digests: Mapping[str, str]
    minor_digests: Mapping[str, frozenset[str]]
    pinned_plugin_config: Mapping[str, Any]

    @property
    def version(self) -> str:
        """x.y.z"""
        return f"{self.minor}.{self.patch}"

    @property
    def number(self) -> tuple[int, int]:
        """The minor as two numbers, to be compared: (1, 10) is above (1, 9)."""
        return _number(self.minor)

    def describe(self) -> dict[str, Any]:
        """What `releases show` prints: plain values under the keys of release.yaml, and the two texts."""
        from installer.knowledge import matrix  # noqa: PLC0415 - most want no table of what is supported

        return {
            "version": self.version,
            "minor": self.minor,
            "generallyAvailable": self.generally_available,
            "backstage": self.backstage,
            "orchestrator": self.orchestrator,
            "switch": self.switch,
            "defaultGroups": sorted(self.default_groups),
            "installer": self.behaviour,
            "configLoader": {
                "dollarKeysArePlaceholders": self.config_loader.dollar_keys_are_placeholders,
                "colonInKeys": self.config_loader.colon_in_keys,
            },
            "infrastructureNamespace": self.infrastructure_namespace,
            "maxEntrySize": self.max_entry_size,
            "broughtEntrySize": self.brought_entry_size,
            "npmScopes": dict(self.npm_scopes),
            "templates": None if self.templates is None else _describe_templates(self.templates),
            "operators": {name: _describe_operator(operator) for name, operator in self.operators.items()},
            "backstageApiVersion": self.backstage_api_version,
            "openshift": None if self.openshift is None else dict(zip(("from", "to"), self.openshift, strict=True)),
            "supported": [row.describe() for row in matrix.combinations() if row.rhdh == self.minor],
            "charts": dict(self.charts),
            "catalogIndexImage": self.catalog_index_image,
            "integrity": {package: dict(versions) for package, versions in self.pins.items()},
            "images": dict(self.digests),
            "dynamicPlugins": self.dynamic_plugins,
            "appConfig": self.app_config,
        }


def release(text: str) -> Release:
    """The release that "1.8", "1.8.3" or "v1.8.3" names; without a patch its newest.

    A patch that is newer than the newest known is taken to be like that one. Raises InstallerError (TARGET,
    "unknown-release") for a minor without folder, naming the nearest, and for a text that names no release.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise _unknown(f"{text!r} is no RHDH release such as 1.8 or 1.8.3; known are {', '.join(minors())}")
    minor, patch = form["minor"], form["patch"]
    if not (data_folder("configmaps") / minor / "release.yaml").is_file():
        raise _unknown(f"RHDH {minor} is not known; the nearest known release is {_nearest(minor)}")
    return _load(minor, None if patch is None else int(patch))


@cache
def minors() -> tuple[str, ...]:
    """Every release there is a folder for, oldest first."""
    folders = (path.parent.name for path in data_folder("configmaps").glob("*/release.yaml"))
    return tuple(sorted(folders, key=_number))


@cache
def _load(minor: str, patch: int | None) -> Release:
    folder = data_folder("configmaps") / minor
    data = _data(minor)
    if patch is None:
        return _load(minor, int(data["newestPatch"]))
    images = _up_to(data["images"], patch)
    return Release(
        minor=minor,
        patch=patch,
        backstage=data["backstage"],
        orchestrator=data["orchestrator"],
        generally_available=data["generallyAvailable"],
        dynamic_plugins=reading.text(folder / "dynamic-plugins.yaml"),
        app_config=reading.text(folder / "app-config.yaml"),
        switch=data["switch"],
        default_groups=frozenset(data["defaultGroups"]),
        behaviour=_up_to(data["installer"], patch)[-1]["behaviour"],
        config_loader=ConfigLoader(
            data["configLoader"]["dollarKeysArePlaceholders"], data["configLoader"]["colonInKeys"]
        ),
        infrastructure_namespace=data["infrastructureNamespace"],
        max_entry_size=data["maxEntrySize"],
        brought_entry_size=data["broughtEntrySize"],
        npm_scopes=MappingProxyType(data["npmScopes"]),
        templates=None if data["templates"] is None else _templates(data["templates"]),
        operators=MappingProxyType({name: _operator(item) for name, item in data["operators"].items()}),
        backstage_api_version=data["backstageApiVersion"],
        openshift=None if data["openshift"] is None else (data["openshift"]["from"], data["openshift"]["to"]),
        charts=MappingProxyType(data["charts"]),
        catalog_index_image=data["catalogIndexImage"],
        pins=MappingProxyType({package: MappingProxyType(of) for package, of in data["integrity"].items()}),
        digests=MappingProxyType(images[-1]["digests"] if images else {}),
        minor_digests=MappingProxyType(_by_image(data["images"])),
        pinned_plugin_config=MappingProxyType(data["pinnedPluginConfig"]),
    )


@cache
def _data(minor: str) -> Any:
    return reading.read(data_folder("configmaps") / minor / "release.yaml")


def _up_to(ranges: Iterable[Any], patch: int) -> list[Any]:
    """The ranges that have begun at a patch; the last of them is in force."""
    return [item for item in ranges if item["fromPatch"] <= patch]


def _by_image(images: Iterable[Any]) -> dict[str, frozenset[str]]:
    pairs = [pair for item in images for pair in item["digests"].items()]
    return {image: frozenset(digest for of, digest in pairs if of == image) for image, _ in pairs}


def _templates(data: Any) -> Templates:
    return Templates(data["repository"], data["branch"], tuple(data["paths"]))


def _operator(data: Any) -> Operator:
    return Operator(data["package"], data["channel"], data["version"], data["startingCSV"])


def _describe_templates(templates: Templates) -> dict[str, Any]:
    return {"repository": templates.repository, "branch": templates.branch, "paths": list(templates.paths)}


def _describe_operator(operator: Operator) -> dict[str, Any]:
    return {
        "package": operator.package,
        "channel": operator.channel,
        "version": operator.version,
        "startingCSV": operator.starting_csv,
    }


def _number(minor: str) -> tuple[int, int]:
    major, _, rest = minor.partition(".")
    return int(major), int(rest)


def _nearest(minor: str) -> str:
    """Of the same major where there is one, else the end of the nearest major that faces the wanted one."""
    wanted, rest = _number(minor)

    def distance(known: str) -> tuple[int, int]:
        major, its_rest = _number(known)
        if major == wanted:
            return 0, abs(its_rest - rest)
        return abs(major - wanted), its_rest if major > wanted else -its_rest

    return min(minors(), key=distance)


def _unknown(message: str) -> InstallerError:
    return fail(ExitCode.TARGET, "unknown-release", message, fix="rhdh-orchestrator releases")
