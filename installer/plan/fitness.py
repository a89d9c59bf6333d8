"""Which package string an entry should have, and whether the one it has may stay. Changes nothing."""

import re

from installer.instance.instance import Layer
from installer.integrity import rhdh_accepts
from installer.knowledge.aliases import npm_name, npm_version, role_of
from installer.knowledge.denied import denied
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE, Entry, Included
from installer.plan.goal import Goal, GoalPlugin
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import merge_key


@dataclass(frozen=True)
class Fitness:
    """Judges packages for one goal and one main file."""

    draft: Draft
    goal: Goal
    behaviour: Behaviour
    layer: Layer
    included: Included

    def package(self, wanted: GoalPlugin) -> str:
        """The release's package; `{{inherit}}` only where something is inherited. Raises InstallerError (DECIDE)."""
        if wanted.image is None:
            return wanted.package
        inherited = any(
            merge_key(str(one["package"]), self.behaviour).startswith(f"oci://{wanted.image}:")
            for one in self.included.entries.get(wanted.role, ())
        )
        if inherited or self.included.unknown:
            if not inherited:
                self.draft.note(
                    f"{DEFAULT_FILE} is not at hand (it comes with RHDH's catalog index); it is assumed to hold the "
                    f"Orchestrator's entries of RHDH {self.goal.release.minor}"
                )
            return wanted.package
        if wanted.digest:
            return f"oci://{wanted.image}@{wanted.digest}" + self._path(wanted)
        raise fail(
            ExitCode.DECIDE,
            "no-version-known",
            f"{DEFAULT_FILE} is not included, so {wanted.image} inherits no version, and no digest of it is known for "
            f"RHDH {self.goal.release.version}",
            where=self.draft.place(self.layer.region, self.draft.root(self.layer.region)),
            fix=f"add {DEFAULT_FILE} to `includes`, or an entry with the digest you want",
        )

    def _path(self, wanted: GoalPlugin) -> str:
        return "" if self.behaviour.oci == "pattern" else f"!{(wanted.image or '').rsplit('/', 1)[-1]}"

    def fits(self, wanted: GoalPlugin, entry: Entry) -> bool:
        """Whether an entry may keep its package string: the release's own, or a good one of the release's line."""
        package = entry.package
        if package == wanted.package:
            return wanted.image is None or self.package(wanted) == wanted.package
        if package.startswith("oci://"):
            return self._is_of_minor(package, wanted)
        name, version = npm_name(package), npm_version(package)
        if name is None or version is None or name != npm_name(wanted.package):
            return False
        if denied(name, version):
            return False
        ours = npm_version(wanted.package)
        return version == ours or _is_newer_patch(version, ours)

    def _is_of_minor(self, package: str, wanted: GoalPlugin) -> bool:
        """An OCI entry that names a tag or digest of the release's minor is kept."""
        release = self.goal.release
        reference = package.removeprefix("oci://").split("!")[0]
        if reference.endswith(":{{inherit}}"):
            return self.included.unknown or role_of(package) in self.included.entries
        if "@" in reference:
            image, _, digest = reference.partition("@")
            if wanted.image is None:
                return True
            tail = image.rsplit("/", 1)[-1]
            return any(
                known.rsplit("/", 1)[-1] == tail and digest in digests
                for known, digests in release.minor_digests.items()
            )
        tag = reference.rsplit("/", 1)[-1].partition(":")[2]
        return tag.startswith(f"bs_{release.backstage}__") or bool(
            re.match(rf"{re.escape(release.minor)}(?![0-9])", tag)
        )

    def integrity(self, wanted: GoalPlugin, entry: Entry) -> str | None:
        """The right hash of the package an entry keeps; what it says itself where nothing else is known.

        Hashes are known as sha512: a sound one of another algorithm may be right and stays.
        """
        said = entry.data.get("integrity")
        if rhdh_accepts(said) and not str(said).startswith("sha512-"):
            return str(said)
        name, version = npm_name(entry.package), npm_version(entry.package)
        known = self.goal.release.pins.get(name or "", {}).get(version or "")
        if known is None and version == npm_version(wanted.package):
            known = wanted.integrity
        return known or said


def _is_newer_patch(version: str, ours: str | None) -> bool:
    mine, theirs = _numbers(version), _numbers(ours or "")
    return bool(mine and theirs) and mine[:2] == theirs[:2] and mine[2] > theirs[2]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+\.\d+", version) else ()
