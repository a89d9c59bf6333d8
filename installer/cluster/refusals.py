"""Turns an answer that is no success into an error by its meaning. Sends nothing and retries nothing."""

import json
from typing import Any

from installer.cluster.errors import (
    ClusterError,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    NotServed,
    Refused,
    Unauthorized,
    Unreachable,
)
from installer.cluster.resources import Resource
from installer.cluster.transport import Answered

_WORDS = 300


def refusal(answer: Answered, verb: str, resource: Resource, namespace: str, name: str) -> ClusterError:
    """The error of a status code; `verb` and `resource` are what was asked for, as RBAC spells it."""
    status = _status(answer)
    what = _called(resource, namespace, name)
    match answer.status:
        case 401:
            return Unauthorized("the API does not accept the credentials of the kubeconfig")
        case 403:
            return Forbidden(verb, resource.rbac, namespace, name)
        case 404 if name and _names_object(status):
            return NotFound(what)
        case 404 if resource.version:
            return NotServed(resource.rbac)
        case 404:
            return NotFound(resource.plural)
        case 409:
            return Conflict(what, _words(status, "somebody has changed it since it was read"))
        case 410:
            return Gone(resource.rbac)
        case code if 400 <= code < 500 and code != 429:  # noqa: PLR2004
            return Refused(f"{verb} {what}", _words(status, f"HTTP {code}"))
        case code if code >= 500 or code == 429:  # noqa: PLR2004
            return Unreachable(
                f"the API answers {verb} {resource.rbac} with {code} {status.get('reason') or ''}".rstrip()
            )
        case code:
            return Unreachable(f"the server answers {verb} {resource.rbac} with HTTP {code}; is it a Kubernetes API?")


def _status(answer: Answered) -> dict[str, Any]:
    try:
        status = json.loads(answer.body)
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _names_object(status: dict[str, Any]) -> bool:
    """An object that is absent is named in the details; a path that is not served has none."""
    details = status.get("details")
    return isinstance(details, dict) and bool(details.get("name"))


def _called(resource: Resource, namespace: str, name: str) -> str:
    scope = f"{namespace}/" if namespace else ""
    return f"{resource.kind} {scope}{name}" if name else resource.rbac


def _words(status: dict[str, Any], otherwise: str) -> str:
    """The API's message; its messages on conflicts and validation name fields and managers, not values of Secrets."""
    said = str(status.get("message") or otherwise)
    return said if len(said) <= _WORDS else f"{said[:_WORDS]}…"
