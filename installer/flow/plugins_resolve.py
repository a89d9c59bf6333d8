"""Says which version of a plugin to take, with its hash: `plugins resolve`. Reads no configuration, writes nothing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from installer.flow.plugins_asking import Asked, Questions, ask, npm_config, policy_of
from installer.flow.saying import discreet
from installer.knowledge.releases import Release, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.registry_request import RegistryRequest
from installer.model.report import Report
from installer.plugins.identity import OCI
from installer.registries.choosing import Choice, Policy, aligned, choose
from installer.registries.npm import PackageMissing, Packument
from installer.registries.specs import Source, Spec, not_in_a_registry, source_of, spec_of
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:
    from installer.registries.oci import Resolved

_NAMED = 3


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """`specs` empty means the Orchestrator of `rhdh_version`; `defaults` is the file that `{{inherit}}` refers to.

    `hashed` downloads what has no hash that RHDH takes, to compute one.
    """

    specs: tuple[str, ...] = ()
    rhdh_version: str | None = None
    defaults: str | None = None
    asking: RegistryRequest = field(default_factory=RegistryRequest)
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one SPEC; `problem` where nothing satisfies it.

    `latest` is what the name alone would mean; `entry` the `package` to write of an image.
    """

    package: str
    name: str
    source: Source
    choice: Choice
    latest: str | None = None
    problem: Problem | None = None
    entry: str | None = None


@discreet
def resolve(request: ResolveRequest) -> Report:
    """One answer per SPEC, in their order. What nothing satisfies is an error (TARGET) beside the answers.

    Raises InstallerError: TARGET without SPEC and release, or for an unknown one; a `.npmrc` that cannot be read.
    """
    chosen = release(request.rhdh_version) if request.rhdh_version else None
    texts = request.specs or _orchestrator(chosen)
    names = [spec.name for spec in map(spec_of, texts) if spec is not None]
    stand = _meant([text for text in texts if text.startswith(OCI)], request.defaults)
    references = tuple(one for one in stand.values() if isinstance(one, str))
    asked = ask(Questions(tuple(names), references), request.asking, chosen)
    images = {text: asked.images[one] if isinstance(one, str) else one for text, one in stand.items()}
    asked = replace(asked, images=images)
    policy = policy_of(request.asking)
    found = [_answer(text, asked, policy) for text in texts] if request.specs else _of_release(texts, asked, policy)
    found = _hashed(found, asked, request.asking, chosen) if request.hashed else found
    errors = dict.fromkeys(one.problem for one in found if one.problem)
    result = {"plugins": list(map(view, found)), "release": chosen.version if chosen else None}
    return Report(result, "".join(map(_text, found)), errors=tuple(errors))


def view(answer: Answer) -> dict[str, Any]:
    """One of `result.plugins`."""
    choice = answer.choice
    state = "missing" if answer.source == "npm" and not choice.integrity else "unchecked"
    return {
        "package": mask_message(answer.package),
        "name": mask_message(answer.name),
        "source": answer.source,
        "current": None,
        "wanted": choice.version,
        "latest": answer.latest,
        "integrity": {"value": choice.integrity, "state": state, "expected": None},
        "reason": mask_message(choice.reason),
        "passedOver": [{"version": one.version, "reason": mask_message(one.reason)} for one in choice.passed_over],
    }


def _hashed(found: Sequence[Answer], asked: Asked, asking: RegistryRequest, chosen: Release | None) -> list[Answer]:
    """The answers, those without a hash that RHDH takes with one of the bytes, or with why there is none."""
    wanted = {
        one.package: (packument, one.choice.version)
        for one in found
        if one.source == "npm" and one.choice.version is not None and one.choice.integrity is None
        if isinstance(packument := asked.packuments.get(one.name), Packument)
    }
    if not wanted:
        return list(found)
    from installer.flow.plugins_hashing import computed  # noqa: PLC0415 - downloads, which is seldom asked for

    return _with(found, computed(wanted, npm_config(asking, chosen), asking))


def _meant(references: Sequence[str], defaults: str | None) -> Mapping[str, str | InstallerError]:
    if defaults is None:
        return {text: text for text in references}
    from installer.flow.plugins_inheriting import meant  # noqa: PLC0415 - reads configurations, too

    return meant(references, defaults)


def _with(found: Sequence[Answer], hashes: Mapping[str, str | InstallerError]) -> list[Answer]:
    answers = []
    for one in found:
        match hashes.get(one.package):
            case None:
                answers.append(one)
            case InstallerError() as error:
                answers.append(replace(one, problem=error.problems[0]))
            case integrity:
                reason = f"{one.choice.reason}; its sha512 is that of the bytes that came"
                answers.append(replace(one, choice=replace(one.choice, integrity=integrity, reason=reason)))
    return answers


def _answer(text: str, asked: Asked, policy: Policy) -> Answer:
    spec = spec_of(text)
    if spec is None:
        return _image(text, asked.images[text]) if text in asked.images else _elsewhere(text)
    found = asked.packuments[spec.name]
    if isinstance(found, InstallerError):
        return _refused(text, spec.name, "npm", found)
    return _answered(text, spec, choose(found, spec.wanted, policy), found, policy)


def _image(text: str, found: "Resolved | InstallerError") -> Answer:
    if isinstance(found, InstallerError):
        return _refused(text, text, "oci", found)
    from installer.flow import plugins_images  # noqa: PLC0415 - most SPECs are packages of npm

    name = f"{OCI}{found.reference.repository}"
    lacking = plugins_images.lacking(found)
    if lacking:
        return Answer(text, name, "oci", Choice(None, None, lacking), None, _unsatisfied(text, lacking))
    entry = str(found.pinned)
    return Answer(text, name, "oci", Choice(found.digest, None, plugins_images.reason(found)), entry=entry)


def _answered(text: str, spec: Spec, choice: Choice, found: Packument, policy: Policy) -> Answer:
    latest = choose(found, "", policy).version if spec.wanted else choice.version
    problem = None if choice.version else _unsatisfied(text, choice.reason)
    return Answer(text, spec.name, "npm", choice, latest, problem)


def _refused(text: str, name: str, source: Source, error: InstallerError) -> Answer:
    problem = error.problems[0]
    if problem.exit is ExitCode.UNREACHABLE and source == "npm":
        problem = replace(problem, fix="try again later, or ask another registry with --registry URL")
    return Answer(text, name, source, Choice(None, None, problem.message), None, problem)


def _elsewhere(text: str) -> Answer:
    reason = not_in_a_registry(text) or "it is no package of npm"
    return Answer(text, text, source_of(text), Choice(None, None, reason), None, _unsatisfied(text, reason))


def _unsatisfied(text: str, reason: str) -> Problem:
    spec = spec_of(text)
    fix = f"npm view {spec.name} versions dist-tags lists what there is" if spec else "name a package of npm"
    return Problem("spec-unsatisfied", f"{text}: {reason}", None, fix, ExitCode.TARGET)


# -- the Orchestrator of a release


def _orchestrator(chosen: Release | None) -> tuple[str, ...]:
    if chosen is None:
        message = "the Orchestrator's plugins differ between releases of RHDH"
        raise fail(ExitCode.TARGET, "unknown-version", message, fix="add --rhdh-version X.Y, or say which plugins")
    from installer.flow.observing import orchestrator_of  # noqa: PLC0415 - reads configurations, too

    return tuple(plugin.package for plugin in orchestrator_of(chosen))


def _of_release(texts: Sequence[str], asked: Asked, policy: Policy) -> list[Answer]:
    lines = {_line(spec) for spec in map(spec_of, texts) if spec is not None}
    choices = _together(asked.packuments, next(iter(lines)), policy) if len(lines) == 1 else {}
    return [_member(text, asked, choices, policy) for text in texts]


def _member(text: str, asked: Asked, choices: Mapping[str, Choice], policy: Policy) -> Answer:
    """A package of npm is wanted in the release's line; an image as the release has it."""
    spec = spec_of(text)
    if spec is None:
        return _answer(text, asked, policy)
    found, choice = asked.packuments[spec.name], choices.get(spec.name)
    if choice is None or isinstance(found, InstallerError):
        return replace(_answer(f"{spec.name}@{_line(spec)}", asked, policy), package=spec.name)
    return _answered(spec.name, spec, choice, found, policy)


def _together(answers: Mapping[str, Packument | InstallerError], line: str, policy: Policy) -> dict[str, Choice]:
    """What a registry lacks does not hold the others back: it is said of that one."""
    if any(isinstance(one, InstallerError) and not isinstance(one, PackageMissing) for one in answers.values()):
        return {name: Choice(None, None, "not every registry answers, and they move together") for name in answers}
    there = [one for one in answers.values() if isinstance(one, Packument)]
    choices = aligned(there, line, policy) if there else []
    return {one.name: choice for one, choice in zip(there, choices, strict=True)}


def _line(spec: Spec) -> str:
    """The range of a release: 1.7.1 -> ~1.7."""
    return f"~{'.'.join(spec.wanted.split('.')[:2])}"


# -- for people


def _text(answer: Answer) -> str:
    """An entry of dynamic-plugins.yaml, ready to be copied, and why this version."""
    return "".join(f"{mask_message(line)}\n" for line in _lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    choice = answer.choice
    # One line whatever a registry's words hold: what stands below it is copied.
    yield " ".join(f"# {answer.package}: {choice.reason}{_passed(choice)}".split())
    if choice.version is not None:
        yield f"- package: {json.dumps(answer.entry or f'{answer.name}@{choice.version}')}"
        if choice.integrity is not None:
            yield f"  integrity: {choice.integrity}"


def _passed(choice: Choice) -> str:
    if not choice.passed_over or choice.version is None:
        return ""
    named = ", ".join(f"{one.version} ({one.reason})" for one in choice.passed_over[:_NAMED])
    more = len(choice.passed_over) - _NAMED
    return f"; passed over: {named}{f' and {more} more' if more > 0 else ''}"
