"""What URLs and catalog rules of an app-config mean: origins, placeholders, templates. Plans nothing."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL; an expression of variables only loses its trailing slash."""
    parts = urlsplit(url) if "${" not in url and "{{" not in url else None
    if parts is None or not parts.scheme or not parts.netloc:
        return url.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}"


def is_placeholder(value: Any) -> bool:
    """What an upstream document asks a reader to fill in; `{{ URL … }}` without quotes is a mapping to YAML."""
    return isinstance(value, str) and ("URL to RHDH" in value or "__RHDH_BASE_URL__" in value)


def allows_templates(rules: Any) -> bool:
    """Whether rules of the catalog, or of one of its locations, let templates in from everywhere."""
    return any(
        str(kind.get("kind") if isinstance(kind, Mapping) else kind).lower() == "template"
        for rule in (rules if isinstance(rules, list) else [])
        if isinstance(rule, Mapping) and "locations" not in rule and isinstance(rule.get("allow"), list)
        for kind in rule["allow"]
    )


def template_of(target: str) -> str:
    """A template's URL without its branch: the same template of another branch is there already."""
    return re.sub(r"/(?:blob|tree|raw)/[^/]+/", "/blob/*/", target).rstrip("/").lower()
