"""Finds the RHDH instance that a directory of manifests is about. Reads only what was read already; writes nothing."""

import posixpath
from dataclasses import replace

from installer.instance import helm, operator, plain
from installer.instance.candidate import Candidate
from installer.instance.instance import Instance
from installer.instance.manifests import Manifests
from installer.instance.objects import Objects
from installer.instance.view import view
from installer.model.errors import ExitCode, InstallerError, fail

LOOKED_FOR = (
    "a Backstage resource (rhdh.redhat.com), Helm values of the chart redhat-developer-hub (also in an Argo CD "
    "Application or a Flux HelmRelease), or a Deployment with the init container install-dynamic-plugins"
)
SIGNS = ("kind: Backstage", "install-dynamic-plugins", "dynamicPluginsConfigMapName", "redhat-developer-hub")


def find(manifests: Manifests, selection: str | None = None) -> Instance:
    """The instance; `selection` is `NAMESPACE/NAME` or `NAME`.

    Raises InstallerError: TARGET where there is none or several, or something the instance refers to is missing;
    INVALID where a text that is needed cannot be read; DECIDE where an object stands in two places.
    """
    objects = Objects(manifests)
    candidates = _candidates(objects)
    if not candidates:
        raise _none(objects)
    chosen = [one for one in candidates if selection is None or one.is_called(selection)]
    if len(chosen) == 1:
        refuse_nameless(chosen[0])
        instance = (chosen[0] if len(candidates) == 1 else _with_neighbours(objects, chosen[0])).build()
        refuse_unreadable(objects, instance)
        return instance
    raise _unknown(selection, candidates) if not chosen else _several(chosen)


def _candidates(objects: Objects) -> list[Candidate]:
    return [*operator.find(objects), *helm.find(objects), *plain.find(objects)]


def _with_neighbours(objects: Objects, chosen: Candidate) -> Candidate:
    """The same instance of several, with the objects near it preferred: env/dev/… and env/prod/… are alike."""
    folder = posixpath.dirname(chosen.place.file)
    again = _candidates(replace(objects, near=folder) if folder else objects)
    return next(one for one in again if (one.address, one.place) == (chosen.address, chosen.place))


def refuse_nameless(candidate: Candidate) -> None:
    """Raises InstallerError (INVALID) where the object has no name, which everything else goes by."""
    if not candidate.name:
        raise fail(
            ExitCode.INVALID,
            "name-missing",
            f"the object at {candidate.place} has no metadata.name",
            where=candidate.place,
            fix="give it a name",
        )


def refuse_unreadable(objects: Objects, instance: Instance) -> None:
    """Raises InstallerError (INVALID) where the instance's kustomization lists a file that cannot be read."""
    if instance.kustomization is None:
        return
    path = instance.kustomization.document.text.file.path
    for one in objects.kustomizations.all:
        if one.document.text.file.path != path:
            continue
        listed = [objects.manifests.unreadable_at(file) for file in sorted(one.resources | one.patches)]
        broken = [file.problem(f"{path} lists it") for file in listed if file is not None]
        if broken:
            raise InstallerError(*broken)


def _none(objects: Objects) -> InstallerError:
    broken = [
        one.problem("RHDH itself seems to be in it")
        for one in objects.manifests.unreadable
        if any(sign in one.characters for sign in SIGNS) and "{{" not in one.characters
    ]
    if broken:
        return InstallerError(*broken)
    rendered = plain.workloads(objects)
    if rendered:
        place, needed = view(rendered[0]).place, "the Backstage resource"
        if plain.is_rendered(rendered[0]):
            needed = "the Helm values"
        return fail(
            ExitCode.TARGET,
            "instance-source-missing",
            f"{rendered[0].ref} at {place} is made by a controller; {needed} it is made from is not in the directory",
            where=place,
            fix=f"add {needed} to the directory (helm get values RELEASE -o yaml, oc get backstage NAME -o yaml)",
        )
    skipped = [one.path for one in objects.manifests.unreadable]
    but = f"; skipped, because they are no YAML: {', '.join(skipped[:5])}" if skipped else ""
    return fail(
        ExitCode.TARGET,
        "instance-missing",
        f"no RHDH in the directory; looked for {LOOKED_FOR}{but}",
        fix="give the directory that holds the manifests of RHDH",
    )


def _several(candidates: list[Candidate]) -> InstallerError:
    names = ", ".join(sorted(f"{one.address} ({one.place})" for one in candidates))
    return fail(
        ExitCode.TARGET,
        "instance-ambiguous",
        f"{len(candidates)} instances of RHDH in the directory: {names}",
        fix="choose one with --instance NAMESPACE/NAME, or give the directory of one",
    )


def _unknown(selection: str | None, candidates: list[Candidate]) -> InstallerError:
    names = ", ".join(sorted(one.address for one in candidates))
    return fail(
        ExitCode.TARGET,
        "instance-unknown",
        f"no RHDH called {selection} in the directory; there is {names}",
        fix="choose one of these with --instance NAMESPACE/NAME",
    )
