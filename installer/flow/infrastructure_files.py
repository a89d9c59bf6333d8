"""The infrastructure as manifests for a Git-only team: rendered by helm, in the stages of an installation.

Asks no cluster, and writes only what `Generated` holds.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from installer.desired.infrastructure import STAGES, values_of
from installer.desired.manifests import objects_of
from installer.desired.values import joined
from installer.directory.generated import Generated, compare
from installer.knowledge.chart import orchestrator
from installer.knowledge.releases import Release
from installer.model.change import Action, Change, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.run import RELEASE, Stage
from installer.programs.connection import Connection
from installer.programs.helm import Chart, Helm, Target, find_helm

_SECONDS = 60.0
# The chart asks for no version and no API; helm wants one to compare with Chart.yaml.
_ANY = Target("1.30.0")
_WAVE = "argocd.argoproj.io/sync-wave"


@dataclass(frozen=True, slots=True)
class Beside:
    """What is written beside RHDH's own manifests, and what a person does with it."""

    generated: Generated
    changes: tuple[Change, ...]
    notes: tuple[str, ...]

    def describe(self) -> dict[str, Any]:
        """`result.rendered`: the folder, and its files that differ."""
        return {"directory": self.generated.folder, "files": [one.path for one in self.changes]}


def render(release: Release, *, namespace: str, platform_namespace: str, given: str | None, out: str) -> Beside:
    """The files of the folder `out` as they should be, held against what is there.

    :param namespace: RHDH's
    :param platform_namespace: the platform's; empty where it is RHDH's
    :param given: --helm
    :raises InstallerError: FINDINGS "helm-missing"; CONFLICT "folder-not-ours"; TARGET where no manifest says where
        RHDH runs
    """
    if not namespace:
        message = "no manifest says which namespace RHDH runs in, and the infrastructure's policies name it"
        raise fail(ExitCode.TARGET, "namespace-unknown", message, fix="write metadata.namespace into RHDH's manifests")
    where = platform_namespace or namespace
    helm = find_helm(given, connection=Connection(), environment=os.environ)
    generated = compare(out, files(helm, _values(release, namespace, where), namespace))
    return Beside(generated, tuple(_changes(generated)), tuple(_notes(where)))


def files(helm: Helm, values: Mapping[str, Any], namespace: str) -> dict[str, str]:
    """Texts by path: a folder for each stage, with kustomizations, and sync waves that say the same to Argo CD."""
    chart = Chart(str(orchestrator().folder))
    text = helm.template(chart, values, release=RELEASE, namespace=namespace, cluster=_ANY, timeout=_SECONDS)
    made: dict[str, str] = {}
    for stage, name, document in _documents(text):
        made[f"{stage}/{name}"] = document
    for stage in STAGES:
        made[f"{stage}/kustomization.yaml"] = _kustomization(
            path.removeprefix(f"{stage}/") for path in sorted(made) if path.startswith(f"{stage}/")
        )
    made["kustomization.yaml"] = _kustomization(iter(STAGES))
    return made


def _changes(generated: Generated) -> Iterator[Change]:
    """What writing the files would do, with paths as they can be opened from here."""
    for one in generated.changes:
        yield _change(generated, one.path, one.before, one.after)
    for one in generated.stale:
        yield _change(generated, one.path, one.before, None)


def _notes(where: str) -> Iterator[str]:
    auth = orchestrator().defaults["postgres"]["authSecret"]
    yield "approve the two operators' InstallPlans on the cluster: their Subscriptions are Manual"
    yield (
        f"make the Secret {auth['name']} in {where} with the keys {auth['userKey']} and {auth['passwordKey']}: "
        "no password is written to files"
    )


def _values(release: Release, namespace: str, where: str) -> dict[str, Any]:
    own = {"orchestrator": {"namespace": where, "createNamespace": where != namespace}}
    more = {"networkPolicy": {"rhdhNamespace": namespace}, "postgres": {"bundled": {"enabled": True}}}
    return joined(values_of(release), {**own, **more, "syncWaves": True})


def _documents(text: str) -> Iterator[tuple[Stage, str, str]]:
    """Stage, file name and text of each object; the stage is the wave that the chart gives it."""
    for part in text.split("\n---\n"):
        for one in objects_of(part):
            metadata = one["metadata"]
            stage = STAGES[int(metadata["annotations"][_WAVE])]
            # Two namespaces may hold objects of one kind and name.
            where = f"{metadata['namespace']}." if metadata.get("namespace") else ""
            yield stage, f"{one['kind'].lower()}.{where}{metadata['name']}.yaml", _tidied(part)


def _tidied(part: str) -> str:
    """Without helm's own separators and its comment, which names a file that the reader does not have."""
    lines = [line for line in part.strip("\n").splitlines() if line != "---" and not line.startswith("# Source: ")]
    return "\n".join(lines) + "\n"


def _kustomization(resources: Iterator[str]) -> str:
    head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
    return head + "".join(f"  - {one}\n" for one in resources)


def _change(generated: Generated, path: str, before: bytes | None, after: bytes | None) -> Change:
    shown = f"{generated.folder.rstrip('/')}/{path}"
    action: Action = "create" if before is None else "update" if after is not None else "delete"
    old, new = ((one or b"").decode(errors="replace").splitlines(keepends=True) for one in (before, after))
    diff = "".join(
        difflib.unified_diff(
            old, new, "/dev/null" if before is None else shown, "/dev/null" if after is None else shown
        )
    )
    return Change(action, _ref((after or before or b"").decode(errors="replace")), shown, "person", "rendered", diff)


def _ref(text: str) -> Ref | None:
    found = [one for one in objects_of(text) if one["kind"] != "Kustomization"]
    if not found:
        return None
    metadata = found[0]["metadata"]
    return Ref(found[0]["apiVersion"], found[0]["kind"], metadata.get("namespace", ""), metadata["name"])
