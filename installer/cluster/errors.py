"""What the API can say no with, by meaning: absent, forbidden, moved, out of reach. Never holds a credential."""

from installer.model.errors import ExitCode, InstallerError, Problem

# kubectl has our flags for the connection, so that it can be asked in the same way.
ASK_THE_API = "kubectl get --raw /readyz, with the same options of kubectl, asks the same API"


class ClusterError(InstallerError):
    """The root of what this room raises; always one problem."""

    def __init__(self, code: str, message: str, exit_code: ExitCode, fix: str | None = None) -> None:
        super().__init__(Problem(code, message, None, fix, exit_code))


class NotFound(ClusterError):
    """The object is not there (404)."""

    def __init__(self, what: str) -> None:
        super().__init__("object-missing", f"{what} does not exist on the cluster", ExitCode.TARGET)


class NotServed(ClusterError):
    """The API has no such kind: its CRD or its aggregated API is not installed."""

    def __init__(self, what: str) -> None:
        super().__init__("kind-missing", f"this cluster serves no {what}", ExitCode.TARGET)


class Forbidden(ClusterError):
    """We are known and may not (403). `verb` and `resource` are what is missing, as RBAC spells them."""

    def __init__(self, verb: str, resource: str, namespace: str = "", name: str = "") -> None:
        self.verb, self.resource, self.namespace = verb, resource, namespace
        scope = f" in namespace {namespace}" if namespace else " in all namespaces"
        called = f" {name}" if name else ""
        option = f" -n {namespace}" if namespace else " --all-namespaces"
        super().__init__(
            "forbidden",
            f"not allowed: {verb} {resource}{called}{scope}",
            ExitCode.DENIED,
            "have the roles bound to you that rhdh-orchestrator rbac print -n NAMESPACE prints; "
            f"kubectl auth can-i {verb} {resource}{option} asks",
        )


class Unauthorized(ClusterError):
    """The API does not know us (401), or there is no credential to show it."""

    def __init__(self, why: str) -> None:
        super().__init__("unauthorized", why, ExitCode.DENIED, "log in again (oc login, or your provider's command)")


class Conflict(ClusterError):
    """The object has moved since it was read, or somebody else owns a field (409)."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__("conflict", f"{what} was not written: {why}", ExitCode.CONFLICT, "run the command again")


class Refused(ClusterError):
    """The API took the request for wrong (400, 405, 413, 415, 422)."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__("refused", f"the API refuses {what}: {why}", ExitCode.INVALID)


class Unreachable(ClusterError):
    """No answer, none in time, or only failures of the server (429 and 5xx for too long)."""

    def __init__(self, why: str) -> None:
        super().__init__("api-unreachable", why, ExitCode.UNREACHABLE, ASK_THE_API)


class Gone(ClusterError):
    """The resourceVersion or the continue token is too old (410): read again from the start."""

    def __init__(self, what: str) -> None:
        super().__init__("gone", f"{what} moved on while it was read", ExitCode.CONFLICT, "run the command again")
