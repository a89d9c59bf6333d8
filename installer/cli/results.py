"""The keys that the `result` of each command has, as JSON Schema. A key may be added here, never removed."""

from typing import Any, get_args

from installer.model.change import Flavour
from installer.model.run import RunState, State


def _keys(**keys: Any) -> dict[str, Any]:
    """An object with at least these keys."""
    return {"type": "object", "properties": keys, "required": list(keys)}


_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_FAILURE = {"anyOf": [_keys(message=_TEXT, package=_TEXT_OR_NULL), {"type": "null"}]}
_PLUGIN = _keys(
    package=_TEXT, name=_TEXT_OR_NULL, enabled={"type": "boolean"}, integrity=_TEXT_OR_NULL, origin=_TEXT_OR_NULL
)
_EFFECTIVE = _keys(
    plugins={"type": "array", "items": _PLUGIN},
    appConfig={"type": ["object", "null"]},
    failure=_FAILURE,
)
_INSTANCE = _keys(
    flavour={"enum": list(get_args(Flavour))},
    managedBy={"enum": ["argocd", "flux", "kustomize", None]},
    name=_TEXT,
    namespace=_TEXT_OR_NULL,
    version=_TEXT_OR_NULL,
    versionSource=_TEXT_OR_NULL,
)
_CHECK = _keys(id=_TEXT, status={"enum": ["pass", "warn", "fail", "skip"]}, reason=_TEXT, fix=_TEXT_OR_NULL)
_OPERATOR = _keys(package=_TEXT, namespace=_TEXT, csv=_TEXT_OR_NULL, phase=_TEXT_OR_NULL)
_STATE = {"enum": ["ready", "not-ready", "absent", "denied"]}
_STATUS = _keys(
    instance=_INSTANCE,
    operators={"type": ["array", "null"], "items": _OPERATOR},
    knative=_keys(serving=_STATE, eventing=_STATE),
    platform=_keys(namespace=_TEXT_OR_NULL, name=_TEXT_OR_NULL, ready={"type": "boolean"}),
    plugins={"type": "array", "items": _keys(package=_TEXT, enabled={"type": "boolean"})},
    healthy={"type": "boolean"},
)
_STATES = ["ok", "missing", "malformed", "belongs to another version", "mismatch", "unchecked"]
_VERSIONED = _keys(
    package=_TEXT,
    name=_TEXT,
    source={"enum": ["npm", "tgz", "oci", "local", "git"]},
    current=_TEXT_OR_NULL,
    wanted=_TEXT_OR_NULL,
    latest=_TEXT_OR_NULL,
    integrity=_keys(value=_TEXT_OR_NULL, state={"enum": _STATES}, expected=_TEXT_OR_NULL),
    reason=_TEXT_OR_NULL,
)
_VERSIONS = _keys(plugins={"type": "array", "items": _VERSIONED})
_DIFF = _keys(
    plugins={"type": "array", "items": _VERSIONED},
    **{side: _keys(release=_TEXT, failure=_FAILURE) for side in ("from", "to")},
)
_CHECKED = _keys(check=_TEXT, state={"enum": ["ok", "failed", "not checked"]}, reason=_TEXT_OR_NULL)
_SIGNATURES = {"enum": ["verified", "bad", "none offered", "not checked"]}
_VERIFIED = _keys(
    plugins={
        "type": "array",
        "items": {
            "allOf": [_VERSIONED, _keys(checks={"type": "array", "items": _CHECKED}, signature=_SIGNATURES)],
        },
    }
)
_LOCK = _keys(plugins={"type": "array", "items": _VERSIONED}, lock=_TEXT, written={"type": "boolean"})
_RUN = _keys(
    run=_TEXT_OR_NULL,
    instance=_INSTANCE,
    steps={"type": "array", "items": _keys(name=_TEXT, state={"enum": list(get_args(State))})},
)
_HISTORY = _keys(
    instance=_INSTANCE,
    runs={
        "type": "array",
        "items": _keys(run=_TEXT, command=_TEXT, state={"enum": list(get_args(RunState))}, started=_TEXT),
    },
)

_REASON = _keys(rule=_TEXT, reason=_TEXT)
_OBJECT = _keys(apiVersion=_TEXT, kind=_TEXT, namespace=_TEXT, name=_TEXT)
_SEVERITY = {"enum": ["critical", "high", "medium", "low", "info"]}
_WHERE = {"anyOf": [_keys(file=_TEXT, line={"type": "integer"}, column={"type": "integer"}), {"type": "null"}]}
_FINDING = _keys(
    rule=_TEXT,
    title=_TEXT,
    severity=_SEVERITY,
    object=_OBJECT,
    where=_WHERE,
    path=_TEXT,
    observed=_TEXT,
    expected=_TEXT,
    why=_TEXT,
    fix=_keys(summary=_TEXT, commands={"type": "array", "items": _TEXT}, patch=_TEXT_OR_NULL),
    fingerprint=_TEXT,
    suppressed={"anyOf": [_keys(by={"enum": ["baseline", "exception", "annotation"]}, reason=_TEXT), {"type": "null"}]},
)
_COUNT = {"type": "integer", "minimum": 0}
_AUDIT = _keys(
    findings={"type": "array", "items": _FINDING},
    skipped={"type": "array", "items": _REASON},
    crashed={"type": "array", "items": _REASON},
    asked={"type": "array", "items": _keys(rule=_TEXT, findings=_COUNT)},
    summary=_keys(
        critical=_COUNT,
        high=_COUNT,
        medium=_COUNT,
        low=_COUNT,
        info=_COUNT,
        skipped=_COUNT,
        crashed=_COUNT,
        suppressed=_COUNT,
    ),
    production={
        "type": ["array", "null"],
        "items": _keys(
            requirement={"type": "integer", "minimum": 1, "maximum": 8},
            title=_TEXT,
            verdict={"enum": ["met", "not-met", "unknown"]},
            evidence={"type": "array", "items": _TEXT},
        ),
    },
)
_RULE = _keys(
    slug=_TEXT,
    title=_TEXT,
    severity=_SEVERITY,
    group=_TEXT,
    why=_TEXT,
    fix=_TEXT,
    sources={"type": "array", "items": _TEXT},
)
_LISTED = {"type": "array", "items": _keys(fingerprint=_TEXT, rule=_TEXT)}

# Help of any command has {help} for its result instead.
_HELP = _keys(help=_TEXT)

RESULTS: dict[str, dict[str, Any]] = {
    name: {"anyOf": [keys, _HELP]}
    for name, keys in {
        "version": _keys(version=_TEXT, python=_TEXT, platform=_TEXT),
        "releases": _keys(releases={"type": "array", "items": _keys(minor=_TEXT, version=_TEXT)}),
        "help exit-codes": _keys(
            exitCodes={"type": "array", "items": _keys(code={"type": "integer"}, name=_TEXT, meaning=_TEXT)},
            precedence={"type": "array", "items": _TEXT},
        ),
        "completion": _keys(shell=_TEXT, script=_TEXT),
        "releases show": _keys(minor=_TEXT, version=_TEXT),
        "config effective": _EFFECTIVE,
        "config show": _keys(path=_TEXT, value={}, origin=_TEXT_OR_NULL, overrides={"type": "array", "items": _TEXT}),
        "plugins list": _VERSIONS,
        "plugins resolve": _VERSIONS,
        "plugins outdated": _VERSIONS,
        "plugins upgrade": _VERSIONS,
        "plugins verify": _VERIFIED,
        "plugins lock": _LOCK,
        "plugins enable": _VERSIONS,
        "plugins disable": _VERSIONS,
        "plugins remove": _VERSIONS,
        "plugins diff": _DIFF,
        "audit": _AUDIT,
        "audit rules": _keys(rules={"type": "array", "items": _RULE}),
        "audit diff": _keys(new=_LISTED, gone=_LISTED, same=_LISTED),
        "explain": _RULE,
        "check": _keys(checks={"type": "array", "items": _CHECK}),
        "status": _STATUS,
        "wait": _STATUS,
        "restart": _RUN,
        "rbac print": _keys(objects={"type": "array", "items": _keys(apiVersion=_TEXT, kind=_TEXT, metadata={})}),
        "resume": _RUN,
        "uninstall": _RUN,
        "undo": _RUN,
        "history": _HISTORY,
        "install": _keys(instance=_INSTANCE, preview=_EFFECTIVE),
    }.items()
}
