"""externalAccess token unrestricted/short."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.audit.about_app_config import EXTERNAL_ACCESS, external_access, is_literal
from installer.audit.finding import Found
from installer.audit.object import dig, text
from installer.audit.profiles import PRODUCTION_SECURITY, SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SHORT = 8
SECRETS = ("token", "secret")


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(EXTERNAL_ACCESS)
    for entry in external_access(snapshot) if setting is not None else ():
        subject = text(dig(entry, "options", "subject")) or text(entry.get("type")) or "nobody"
        wrong = _wrong(entry)
        profiles = SECURITY if wrong else PRODUCTION_SECURITY
        if not wrong and entry.get("type") == "static" and not entry.get("accessRestrictions"):
            wrong = "may do everything: it has no accessRestrictions"
        if setting is not None and wrong:
            yield Found(
                setting.spot,
                f"{subject}: {wrong}",
                "a long token of a Secret, for one plugin",
                None,
                subject,
                None,
                profiles,
            )


def _wrong(entry: Mapping[str, Any]) -> str:
    given = [dig(entry, "options", key) for key in SECRETS]
    literal = [one for one in given if is_literal(one)]
    if any(len(text(one)) < SHORT for one in literal):
        return f"its token is shorter than {SHORT} characters, and written out"
    return "its token is written out" if literal else ""


RULE = Rule(
    module=__name__,
    title="externalAccess token unrestricted/short",
    severity="medium",
    profiles=SECURITY,
    wrong="A token that lets programs in from outside is written out, short, or not restricted to what it is for.",
    why="Whoever has it may call every backend plugin as that subject.",
    fix="Take the token from a Secret, make it long, and add accessRestrictions with the plugin it is for.",
    sources=("https://backstage.io/docs/auth/service-to-service-auth/#access-restrictions",),
    check=check,
)
