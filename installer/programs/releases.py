"""Helm's JSON as plain values: releases, revisions. Reads nothing itself."""

import json
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a release. `state` is Helm's word: deployed, superseded, failed, pending-upgrade ..."""

    number: int
    state: str
    chart: str
    description: str
    updated: str

    @property
    def pending(self) -> bool:
        """An operation that has not ended, or whose process was killed: it blocks every later one."""
        return self.state.startswith("pending-") or self.state == "uninstalling"


@dataclass(frozen=True, slots=True)
class HelmRelease:
    """One release and its newest revision; `chart` is name and version, as in orchestrator-0.1.0."""

    name: str
    namespace: str
    revision: int
    state: str
    chart: str
    app_version: str


def read_json(text: str, verb: str) -> Any:
    """Raises InstallerError (INVALID, "program-output") for what is no JSON."""
    try:
        return json.loads(text)
    except ValueError:
        raise fail(ExitCode.INVALID, "program-output", f"helm {verb}: its answer is no JSON") from None


def revisions_of(text: str, verb: str) -> tuple[Revision, ...]:
    """Of `helm history -o json`, oldest first."""
    found = (
        Revision(
            int(one["revision"]),
            one["status"],
            one.get("chart", ""),
            one.get("description", ""),
            one.get("updated", ""),
        )
        for one in read_json(text, verb) or ()
    )
    return tuple(sorted(found, key=lambda one: one.number))


def revision_of(text: str, verb: str) -> Revision:
    """Of `helm status -o json` and `helm upgrade -o json`, which hold the whole release."""
    data = read_json(text, verb)
    info = data["info"]
    chart = (data.get("chart") or {}).get("metadata") or {}
    name = f"{chart['name']}-{chart['version']}" if "name" in chart else ""
    return Revision(
        int(data["version"]), info["status"], name, info.get("description", ""), info.get("last_deployed", "")
    )


def releases_of(text: str, verb: str) -> tuple[HelmRelease, ...]:
    """Of `helm list -o json`, by namespace and name."""
    found = (
        HelmRelease(
            one["name"], one["namespace"], int(one["revision"]), one["status"], one["chart"], one.get("app_version", "")
        )
        for one in read_json(text, verb) or ()
    )
    return tuple(sorted(found, key=lambda one: (one.namespace, one.name)))
