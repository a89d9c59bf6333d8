"""Verifies the plugins of a configuration against their registries, byte by byte: `plugins verify`. Writes nothing.

What was not checked is never called right: every check that was not made says why.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from installer.flow import plugins_images
from installer.flow.plugins_asking import Asked, Questions, ask, npm_config, policy_of
from installer.flow.plugins_list import would_fail
from installer.flow.plugins_source import OnFile, Progress, Source, plugins_of
from installer.flow.plugins_verdict import Verdict, row, text, verdict
from installer.flow.saying import discreet
from installer.knowledge.aliases import npm_name, npm_version
from installer.knowledge.releases import Release
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.registry_request import RegistryRequest
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plugins.behaviour import behaviour
from installer.plugins.identity import OCI
from installer.plugins.outcome import EffectivePlugin
from installer.registries.choosing import Policy, choose
from installer.registries.limits import Limits
from installer.registries.npm import Packument
from installer.registries.oci import Resolved
from installer.registries.specs import not_in_a_registry, source_of, spec_of
from installer.registries.tarball import LIMITS
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import Check, Subject, Verified, not_checked, told
from installer.registries.tarball_verdict import Verifier
from installer.registries.urls import host_of
from installer.registries.versions import exact

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

_OFF = "it is off, so RHDH does not install it; name it to have it verified"
_LAYERS = "the image's layers are not downloaded"


@discreet
def verify(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    registries: RegistryRequest,
    names: tuple[str, ...] = (),
    *,
    progress: Progress = lambda _: None,
    limits: Limits = LIMITS,
) -> Report:
    """One verdict for each plugin that is on, or that is named; the worst is the exit code.

    Raises InstallerError: TARGET (no such plugin; a file without release), INVALID, DECIDE, DENIED, UNREACHABLE.
    """
    with plugins_of(request, connection, progress) as source:
        chosen = source.known_release()
        plugins = _named(source, names)
        looked_at = [one for one in plugins if one.enabled or names]
        progress(f"asking registries for {len(looked_at)} plugin(s)")
        found = _verified(source, chosen, looked_at, registries, limits)
        return _report(source, [found.get(one.key) or verdict(source, one, not_checked(_OFF)) for one in plugins])


def _named(source: Source, names: tuple[str, ...]) -> list[EffectivePlugin]:
    """The plugins in force, or those of them whose name, package or key is among the names. Raises (TARGET)."""
    outcome = source.prediction.plugins
    every = [*outcome.plugins, *outcome.dropped]
    if not names:
        return every
    known = {one.key: {one.name, one.package, one.key, npm_name(one.package) or one.name} for one in every}
    unknown = [name for name in names if not any(name in words for words in known.values())]
    if unknown:
        fix = "rhdh-orchestrator plugins list shows their names"
        raise fail(ExitCode.TARGET, "no-such-plugin", f"no plugin is called {', '.join(unknown)}", fix=fix)
    return [one for one in every if known[one.key] & set(names)]


# -- asking


def _verified(
    source: Source,
    chosen: Release,
    plugins: list[EffectivePlugin],
    registries: RegistryRequest,
    limits: Limits,
) -> dict[str, Verdict]:
    packages = [spec.name for one in plugins if (spec := spec_of(one.package)) is not None]
    images = [one.package for one in plugins if one.package.startswith(OCI)]
    asked = ask(Questions(tuple(packages), tuple(images)), registries, chosen, source.npmrc)
    verifier = Verifier(npm_config(registries, chosen, source.npmrc), rules(source, chosen), limits)
    subjects = {one.key: _subject(source, one) for one in plugins}
    try:
        look = partial(_look, asked, subjects, verifier, registries)
        answers = verifier.all(look, subjects)
    finally:
        verifier.close()
    policy = policy_of(registries)
    return {one.key: _verdict(source, one, asked, _in_time(answers[one.key]), policy) for one in plugins}


def _look(
    asked: Asked, subjects: dict[str, Subject], verifier: Verifier, registries: RegistryRequest, key: str
) -> Verified:
    subject = subjects[key]
    package, source = subject.package, source_of(subject.package)
    spec = spec_of(package)
    if source == "oci":
        return _image(subject, asked.images.get(package))
    if spec is None and not (source == "tgz" and host_of(package)):
        return not_checked(not_in_a_registry(package) or "it is a file beside RHDH's own")
    if registries.freshness == "offline":
        return _offline(subject)
    if spec is None:
        return verifier.addressed(subject)
    found = asked.packuments[spec.name]
    if isinstance(found, Packument) and subject.version is None:
        return not_checked(f"it names no exact version, and {spec.wanted or 'its name alone'} may be another tomorrow")
    return verifier.published(subject, found)


def _in_time(answer: Verified | InstallerError) -> Verified:
    if isinstance(answer, Verified):
        return answer
    first, *rest = not_checked(str(answer)).checks
    return Verified((replace(first, problem=answer.problems[0]), *rest))


def _subject(source: Source, plugin: EffectivePlugin) -> Subject:
    spec = spec_of(plugin.package)
    name = spec.name if spec else npm_name(plugin.package)
    version = exact(spec.wanted) if spec else npm_version(plugin.package)
    return Subject(plugin.package, name, version, plugin.integrity, source.prediction.place(plugin.origin))


def rules(source: Source, chosen: Release) -> Rules:
    """MAX_ENTRY_SIZE as the init container has it: its own, else what operator and chart bring, else the program's."""
    kind = behaviour(chosen.behaviour)
    instance = source.world.instance
    variables = instance.init_environment
    said = variables.values.get("MAX_ENTRY_SIZE", "")
    alone = instance.flavour == "plain" and not isinstance(source.origin, OnFile)
    brought = None if alone and not variables.open else chosen.brought_entry_size
    size = int(said) if said.isascii() and said.isdigit() else int(brought or kind.entry_size)
    return Rules(size, kind.npm_archive)


def _offline(subject: Subject) -> Verified:
    message = f"{subject.package}: no cache holds packages, and --offline asks nobody"
    problem = Problem("not-cached", message, subject.where, "leave --offline out", ExitCode.UNREACHABLE)
    checks = not_checked("--offline asks nobody").checks
    return Verified(tuple(replace(one, problem=problem) if one.name == "tarball" else one for one in checks))


def _image(subject: Subject, found: Resolved | InstallerError | None) -> Verified:
    rest = not_checked(_LAYERS).checks
    if not isinstance(found, Resolved):
        if found is None:
            return not_checked("the catalog index says which image it is")
        problem, state = told(subject, found)
        return Verified((Check("digest", state, problem.message, problem), *rest))
    lacking = plugins_images.lacking(found)
    if lacking:
        fix = "name a plugin that the image has"
        problem = Problem("plugin-missing", lacking, subject.where, fix, ExitCode.TARGET)
        return Verified((Check("digest", "failed", lacking, problem), *rest))
    return Verified((Check("digest", "ok", f"{found.digest}, {plugins_images.reason(found)}"), *rest))


# -- what is made of it


def _verdict(source: Source, plugin: EffectivePlugin, asked: Asked, verified: Verified, policy: Policy) -> Verdict:
    spec, image = spec_of(plugin.package), asked.images.get(plugin.package)
    found = asked.packuments.get(spec.name) if spec else None
    if isinstance(image, Resolved):
        return verdict(source, plugin, verified, image.digest)
    if spec is None or not isinstance(found, Packument):
        return verdict(source, plugin, verified)
    version = exact(spec.wanted)
    latest = choose(found, "", policy).version
    return verdict(source, plugin, verified, version if version in found.versions else None, latest)


def _report(source: Source, found: list[Verdict]) -> Report:
    rows = [row(source, one) for one in found]
    errors = dict.fromkeys(problem for one in found for problem in one.problems)
    failure = source.prediction.failure
    warnings = (*source.warnings, *([would_fail(failure)] if failure else []))
    good, on = sum(one.ok for one in found), sum(one.plugin.enabled for one in found)
    unseen = list(source.prediction.plugins.unknown)
    said = "".join(f"note: {name} is not at hand: its plugins are not verified\n" for name in unseen)
    end = f"Verdict: {good} of {on} plugin(s) that are on are verified; {len(errors)} problem(s).\n"
    result = {**source.view, "plugins": rows, "unknownIncludes": unseen}
    return Report(result, f"{''.join(map(text, rows))}{said}{end}", warnings=warnings, errors=tuple(errors))
