"""Says which version of a plugin to take, with its hash: `plugins resolve`. Reads no configuration, writes nothing."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from installer.flow.observing import orchestrator_of
from installer.flow.saying import discreet
from installer.knowledge.denied import denied
from installer.knowledge.releases import Release, minors, release
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.report import Report
from installer.registries import npmrc
from installer.registries.choosing import Choice, Policy, aligned, choose
from installer.registries.npm import PackageMissing, Packument, packuments
from installer.registries.specs import Source, Spec, source_of, spec_of
from installer.registries.verdicts import not_in_a_registry
from installer.registries.versions import parse
from installer.yamltext.redaction import mask_message

_NAMED = 3
Answers = Mapping[str, Packument | InstallerError]


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """`specs` empty means the Orchestrator of `rhdh_version`; `registry` is npm's `--registry`; `cooldown` seconds."""

    specs: tuple[str, ...] = ()
    rhdh_version: str | None = None
    registry: str | None = None
    prereleases: bool = False
    cooldown: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one SPEC; `problem` where nothing satisfies it. `latest` as `outdated` would say it."""

    package: str
    name: str
    source: Source
    choice: Choice
    latest: str | None = None
    problem: Problem | None = None


@discreet
def resolve(request: ResolveRequest) -> Report:
    """One answer per SPEC, in their order. What nothing satisfies is an error (TARGET) beside the answers.

    Raises InstallerError: TARGET without SPEC and release, or for an unknown one; a `.npmrc` that cannot be read.
    """
    chosen = release(request.rhdh_version) if request.rhdh_version else None
    config = npmrc.read(Path.cwd(), os.environ, request.registry, _scopes(chosen))
    policy = _policy(request)
    if request.specs:
        found = _of_specs(request.specs, config, policy)
    elif chosen is not None:
        found = _of_release(chosen, config, policy)
    else:
        message = "the Orchestrator's plugins differ between releases of RHDH"
        raise fail(ExitCode.TARGET, "unknown-version", message, fix="add --rhdh-version X.Y, or say which plugins")
    errors = dict.fromkeys(one.problem for one in found if one.problem)
    result = {"plugins": list(map(view, found)), "release": chosen.version if chosen else None}
    return Report(result, "".join(map(_text, found)), errors=tuple(errors))


def view(answer: Answer) -> dict[str, Any]:
    """One of `result.plugins`."""
    choice = answer.choice
    state = "unchecked" if choice.integrity else "missing"
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


def _policy(request: ResolveRequest) -> Policy:
    def why_not(package: str, version: str) -> str | None:
        known = parse(version)
        if request.prereleases and known is not None and known.prerelease:
            return None  # prereleases are on the list for being prereleases
        denial = denied(package, version)
        return None if denial is None else denial.reason

    cooldown = None if request.cooldown is None else timedelta(seconds=request.cooldown)
    return Policy(why_not, request.prereleases, cooldown, datetime.now(UTC))


def _scopes(chosen: Release | None) -> Mapping[str, str]:
    """The registries of scopes that a release knows; without a release what the newest says that knows any."""
    if chosen is not None:
        return chosen.npm_scopes
    return {scope: url for minor in minors() for scope, url in release(minor).npm_scopes.items()}


def _asked(specs: Sequence[Spec | None], config: npmrc.NpmConfig, policy: Policy) -> Answers:
    names = [spec.name for spec in specs if spec is not None]
    return packuments(names, config, times=policy.cooldown is not None) if names else {}


def _of_specs(texts: Sequence[str], config: npmrc.NpmConfig, policy: Policy) -> list[Answer]:
    specs = [spec_of(text) for text in texts]
    answers = _asked(specs, config, policy)
    return [
        _elsewhere(text) if spec is None else _answer(text, spec, answers[spec.name], policy)
        for text, spec in zip(texts, specs, strict=True)
    ]


def _answer(text: str, spec: Spec, found: Packument | InstallerError, policy: Policy) -> Answer:
    if isinstance(found, InstallerError):
        return _refused(text, spec, found)
    return _answered(text, spec, choose(found, spec.wanted, policy), found, policy)


def _answered(text: str, spec: Spec, choice: Choice, found: Packument, policy: Policy) -> Answer:
    latest = choose(found, "", policy).version
    problem = None if choice.version else _unsatisfied(text, choice.reason)
    return Answer(text, spec.name, "npm", choice, latest, problem)


def _refused(text: str, spec: Spec, error: InstallerError) -> Answer:
    problem = error.problems[0]
    if problem.exit is ExitCode.UNREACHABLE:
        problem = replace(problem, fix="try again later, or ask another registry with --registry URL")
    return Answer(text, spec.name, "npm", Choice(None, None, problem.message), None, problem)


def _elsewhere(text: str) -> Answer:
    source = source_of(text)
    reason = "OCI is not resolved yet" if source == "oci" else not_in_a_registry(text) or "it is no package of npm"
    return Answer(text, text, source, Choice(None, None, reason), None, _unsatisfied(text, reason))


def _unsatisfied(text: str, reason: str) -> Problem:
    spec = spec_of(text)
    fix = f"npm view {spec.name} versions dist-tags lists what there is" if spec else "name a package of npm"
    return Problem("spec-unsatisfied", f"{text}: {reason}", None, fix, ExitCode.TARGET)


# -- the Orchestrator of a release


def _of_release(chosen: Release, config: npmrc.NpmConfig, policy: Policy) -> list[Answer]:
    texts = [plugin.package for plugin in orchestrator_of(chosen)]
    specs = [spec_of(text) for text in texts]
    answers = _asked(specs, config, policy)
    lines = {_line(spec) for spec in specs if spec is not None}
    choices = _together(answers, next(iter(lines)), policy) if len(lines) == 1 else {}
    return [_member(text, spec, answers, choices, policy) for text, spec in zip(texts, specs, strict=True)]


def _member(text: str, spec: Spec | None, answers: Answers, choices: Mapping[str, Choice], policy: Policy) -> Answer:
    if spec is None:
        return _elsewhere(text)
    found, named = answers[spec.name], Spec(spec.name, _line(spec))
    if isinstance(found, InstallerError):
        return _refused(spec.name, named, found)
    choice = choices.get(spec.name) or choose(found, named.wanted, policy)
    return _answered(spec.name, named, choice, found, policy)


def _together(answers: Answers, line: str, policy: Policy) -> dict[str, Choice]:
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
    yield f"# {answer.package}: {choice.reason}{_passed(choice)}"
    if choice.version is not None:
        yield f"- package: {json.dumps(f'{answer.name}@{choice.version}')}"
        if choice.integrity is not None:
            yield f"  integrity: {choice.integrity}"


def _passed(choice: Choice) -> str:
    if not choice.passed_over or choice.version is None:
        return ""
    named = ", ".join(f"{one.version} ({one.reason})" for one in choice.passed_over[:_NAMED])
    more = len(choice.passed_over) - _NAMED
    return f"; passed over: {named}{f' and {more} more' if more > 0 else ''}"
