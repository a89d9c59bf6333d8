"""What helm's last words mean: one exit code and one code of ours per cause. Runs nothing."""

from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern

# Texts of Helm 3.17 and 4.3, and of the Kubernetes client in them. The first that matches counts.
_CAUSES: tuple[tuple[ExitCode, str, str], ...] = (
    (ExitCode.TARGET, "release-missing", r"release: not found|release not loaded|uninstall: Release not loaded"),
    (ExitCode.CONFLICT, "release-pending", r"another operation \(install/upgrade/rollback\) is in progress"),
    (
        ExitCode.DENIED,
        "access-denied",
        r"\bis forbidden\b|Unauthorized|must be logged in|asked for the client to provide cred",
    ),
    (ExitCode.FINDINGS, "foreign-object", r"invalid ownership metadata"),
    (
        ExitCode.CONFLICT,
        "field-conflict",
        r"\bconflicts? with \"|Apply failed with \d+ conflict|the object has been modified",
    ),
    (ExitCode.INVALID, "values-refused", r"values don't meet the specifications of the schema"),
    (
        ExitCode.INVALID,
        "chart-refused",
        r"execution error at \(|YAML parse error on|parse error at \(|template: \S+:\d+",
    ),
    (ExitCode.FINDINGS, "kind-missing", r"no matches for kind|resource mapping not found"),
    (
        ExitCode.INVALID,
        "kubeconfig",
        r"context \"[^\"]*\" does not exist|error loading config file|invalid configuration",
    ),
    (
        ExitCode.UNREACHABLE,
        "api-unreachable",
        r"cluster unreachable|connection re(?:fused|set)|i/o timeout|no such host",
    ),
    (
        ExitCode.UNREACHABLE,
        "api-unreachable",
        r"network is unreachable|x509:|\bEOF\b|TLS handshake|client rate limiter",
    ),
    (
        ExitCode.UNREACHABLE,
        "api-unreachable",
        r"context deadline exceeded|server is currently unable|timed out waiting",
    ),
    (
        ExitCode.TARGET,
        "chart-missing",
        r"path \"[^\"]*\" not found|Chart\.yaml file is missing|failed to (?:download|fetch)|repo \S+ not found",
    ),
)
_COMPILED = tuple((code, name, late_pattern(pattern)) for code, name, pattern in _CAUSES)
_NOISE = late_pattern(r"^(?:level=|time=|WARNING:|W\d{4} |Use --debug flag)")


def refusal(verb: str, stderr: str) -> InstallerError:
    """The error that helm's stderr stands for; `verb` is what helm was asked to do, as in "upgrade orchestrator"."""
    words = last_words(stderr)
    for exit_code, name, pattern in _COMPILED:
        if pattern.search(words):
            return fail(exit_code, name, f"helm {verb}: {words}")
    return fail(ExitCode.FINDINGS, "helm-failed", f"helm {verb}: {words}")


def last_words(stderr: str) -> str:
    """From the last line that begins with "Error:" to the end: messages of charts and schemas have many lines."""
    lines = [line.rstrip() for line in stderr.strip().splitlines() if not _NOISE.match(line)]
    begins = [number for number, line in enumerate(lines) if line.startswith("Error: ")]
    # A runaway chart ends in a fatal error of Go and a long dump.
    fatal = [line for line in lines if line.startswith("fatal error: ")]
    told = lines[begins[-1] :] if begins else fatal[:1] or lines[-1:]
    return "\n".join(line for line in told if line).removeprefix("Error: ") or "it failed without a word"
