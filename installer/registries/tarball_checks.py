"""What can be said of one package that came from a registry, check by check. Asks nobody.

What was not checked is never called right: it says so, with the reason.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from installer.integrity import LENGTHS, Digest, digests, rhdh_accepts
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.place import Place
from installer.registries import signatures
from installer.registries.comparing import compare
from installer.registries.npm import Packument, Published
from installer.registries.tarball import Tarball
from installer.registries.versions import newest

Name = Literal["metadata", "tarball", "entries", "package.json", "signature", "digest"]
State = Literal["ok", "failed", "not checked"]
_INSIDE: tuple[Name, ...] = ("entries", "package.json")
_BAD = ExitCode.INTEGRITY
_SHOWN = 120
_PARSING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `reason` says what there is to know, `problem` what stands in the way."""

    name: Name
    state: State
    reason: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A package as dynamic-plugins.yaml spells it, with its exact version and hash, and where that stands.

    Of a tarball's address `name` and `version` are what its path tells, if anything.
    """

    package: str
    name: str | None
    version: str | None
    integrity: str | None
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, in order, what came, if anything did, and what is to be said of its signature."""

    checks: tuple[Check, ...]
    tarball: Tarball | None = None
    signature: signatures.State = "not checked"

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(one.problem for one in self.checks if one.problem is not None)


def joined(
    subject: Subject,
    tarball: Tarball | InstallerError,
    first: tuple[Check, ...],
    document: Mapping[str, Any] | None,
    judged: signatures.Judgement,
) -> Verified:
    """The checks before, those of what is inside, and the signature's."""
    signature = _signature(subject, judged)
    if isinstance(tarball, InstallerError):
        unseen = tuple(Check(name, "not checked", "there is no tarball to look into") for name in _INSIDE)
        return Verified((*first, *unseen, signature), None, judged.state)
    inside = _entries(subject, tarball), _manifest(subject, tarball, document)
    return Verified((*first, *inside, signature), tarball, judged.state)


def not_checked(reason: str) -> Verified:
    """Of what has no tarball that could be had."""
    names: tuple[Name, ...] = ("metadata", "tarball", *_INSIDE, "signature")
    return Verified(tuple(Check(name, "not checked", reason) for name in names))


def only(name: Name, problem: Problem, state: State = "failed") -> Verified:
    """The first check says why there are no others."""
    rest = not_checked("the registry does not say where it is").checks[1:]
    return Verified((Check(name, state, problem.message, problem), *rest))


def unasked(subject: Subject, error: InstallerError) -> Verified:
    problem, state = told(subject, error)
    return only("metadata", problem, state)


def told(subject: Subject, error: InstallerError) -> tuple[Problem, State]:
    """What a registry did wrong, said of a package; where it did not answer, nothing was checked."""
    problem = replace(error.problems[0], where=subject.where)
    if problem.exit is ExitCode.UNREACHABLE:
        problem = replace(problem, fix="try again later, or ask another registry with --registry URL")
    return problem, "not checked" if problem.exit in (ExitCode.DENIED, ExitCode.UNREACHABLE) else "failed"


def no_version(subject: Subject, found: Packument) -> Problem:
    there = ", ".join(newest(found.versions, 3)) or "none"
    message = f"{found.registry} has no {found.name}@{subject.version}; its highest: {there}"
    fix = f"npm view {found.name} versions --registry {found.registry} lists what there is"
    return Problem("version-missing", message, subject.where, fix, ExitCode.TARGET)


def metadata(subject: Subject, found: Packument, published: Published) -> Check:
    """Whether the registry publishes the hash that stands beside the package."""
    remark = f"deprecated: {' '.join(published.deprecated.split())[:200]}" if published.deprecated else None
    if not subject.integrity:
        return Check("metadata", "ok", remark or "there is no hash to compare its hash with")
    try:
        expected = compare(subject.integrity, published)
    except LookupError as error:
        return Check("metadata", "not checked", f"{error}")
    if expected is None:
        return Check("metadata", "ok", remark)
    reason = f"{found.registry} publishes {expected}"
    return Check("metadata", "failed", reason, _mismatch(subject, f"{expected} in {found.registry}", expected))


def held(subject: Subject, tarball: Tarball | InstallerError, published: Published | None) -> Check:
    """Whether the bytes have the hash of the configuration, and the registry's own, which npm looks at first."""
    if isinstance(tarball, InstallerError):
        problem, state = told(subject, tarball)
        return Check("tarball", state, problem.message, problem)
    if published is not None and not _published_as(tarball, published):
        own = published.integrity or f"sha1 {published.shasum}"
        message = f"{subject.package}: what the registry sends is not what it publishes ({own}); RHDH would not start"
        fix = "ask whoever runs the registry, or name another one with --registry URL"
        reason = f"its bytes have the hash {tarball.sri('sha512')}, and are published with {own}"
        return Check("tarball", "failed", reason, Problem("tarball-corrupt", message, subject.where, fix, _BAD))
    if not rhdh_accepts(subject.integrity):
        return Check("tarball", "ok", f"{tarball.size:,} bytes; there is no hash beside it to compare with")
    algorithm = str(subject.integrity).partition("-")[0]
    if _agrees(tarball, str(subject.integrity)):
        return Check("tarball", "ok", f"{tarball.size:,} bytes, {algorithm}")
    actual = tarball.sri(algorithm)
    reason = f"its bytes have the hash {actual}"
    return Check("tarball", "failed", reason, _mismatch(subject, f"its bytes have {actual}", actual))


def _published_as(tarball: Tarball, published: Published) -> bool:
    """As npm: the strongest algorithm of what is published, and any hash of it; sha1 where there is nothing else."""
    known = [one for one in digests(published.integrity or "") if one.algorithm in LENGTHS]
    if known:
        strongest = min((one.algorithm for one in known), key=list(LENGTHS).index)
        return any(_agrees(tarball, str(one)) for one in known if one.algorithm == strongest)
    return not published.shasum or tarball.hashes["sha1"].hex() == published.shasum.lower()


def _agrees(tarball: Tarball, integrity: str) -> bool:
    algorithm, _, text = integrity.partition("-")
    return tarball.hashes.get(algorithm) == Digest(algorithm, text).octets


def _mismatch(subject: Subject, instead: str, expected: str) -> Problem:
    message = f"{subject.package} has the integrity {subject.integrity} here, but {instead}: RHDH would not start"
    fix = f'find out which is right; then put integrity: "{expected}" beside that package'
    return Problem("integrity-mismatch", message, subject.where, fix, _BAD)


def _entries(subject: Subject, tarball: Tarball) -> Check:
    contents = tarball.contents
    if contents is None:
        message = f"RHDH would not install {subject.package}: {tarball.refused}"
        fix = "take another version, or ask whoever published it"
        problem = Problem("tarball-refused", message, subject.where, fix, ExitCode.FINDINGS)
        return Check("entries", "failed", tarball.refused, problem)
    largest = f", the largest {contents.largest} of {contents.size:,} bytes" if contents.largest else ""
    return Check("entries", "ok", f"{contents.entries:,} entries{largest}")


def _manifest(subject: Subject, tarball: Tarball, document: Mapping[str, Any] | None) -> Check:
    if tarball.contents is None:
        return Check("package.json", "not checked", "the tarball cannot be read to its end")
    faults = list(_faults(subject, tarball.contents.manifest, tarball.contents.manifests, document))
    if not faults:
        told = document is not None or subject.name is None
        return Check("package.json", "ok", None if told else "the registry does not say which role it has")
    reason = "; ".join(faults)
    fix = "take another version, or ask whoever published it"
    problem = Problem("package-json", f"{subject.package}: {reason}", subject.where, fix, ExitCode.FINDINGS)
    return Check("package.json", "failed", reason, problem)


def _faults(subject: Subject, content: bytes | None, copies: int, document: Mapping[str, Any] | None) -> Iterator[str]:
    """What of a package.json does not agree with the configuration and the registry."""
    said = _said(content)
    if said is None:
        yield "it has no package.json" if content is None else "its package.json is no object of JSON"
        return
    if copies > 1:
        yield f"it has {copies} files package.json of one name"
    for key, value in {"name": subject.name, "version": subject.version}.items():
        if value is not None and said[key] != value:
            yield f"its package.json says the {key} {_quoted(said[key])}, not {_quoted(value)}"
    if document is not None and document["role"] != said["role"]:
        yield f"its package.json says the role {_quoted(said['role'])}, the registry {_quoted(document['role'])}"


def _said(content: bytes | None) -> dict[str, str | None] | None:
    """Name, version and role of a package.json; one at a time is read, as it may need thirty times its size."""
    with _PARSING:
        try:
            found = None if content is None else json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict):
            return None
        return {"name": _text(found.get("name")), "version": _text(found.get("version")), "role": role_of(found)}


def role_of(document: Mapping[str, Any]) -> str | None:
    """What a package.json, or a registry's document of a version, says that a plugin is."""
    backstage = document.get("backstage")
    return _text(backstage.get("role")) if isinstance(backstage, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _quoted(value: str | None) -> str:
    return "none" if value is None else repr(value[:_SHOWN])


def _signature(subject: Subject, judged: signatures.Judgement) -> Check:
    """`verified` is ok and `bad` has failed; where none is offered there is none to be checked."""
    match judged.state:
        case "verified":
            return Check("signature", "ok")
        case "bad":
            message = f"{subject.package}: {judged.reason}"
            fix = "ask whoever runs the registry"
            problem = Problem("signature-bad", message, subject.where, fix, _BAD)
            return Check("signature", "failed", judged.reason, problem)
        case "none offered" | "not checked":
            return Check("signature", "not checked", judged.reason)
