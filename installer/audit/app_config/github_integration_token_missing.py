"""GitHub integration token missing."""

from collections.abc import Iterator

from installer.audit.about_app_config import host, locations
from installer.audit.finding import Found
from installer.audit.object import every
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

GITHUB = "github.com"
RAW = "raw.githubusercontent.com"
ENTRY = {"host": GITHUB, "token": "${GITHUB_TOKEN}"}


def check(snapshot: Snapshot) -> Iterator[Found]:
    used = [one for one in locations(snapshot) if host(one.target) in (GITHUB, RAW)]
    entries = [entry for _, entry in every(snapshot.config, "integrations", "github")]
    if used and not any(entry.get("host") == GITHUB and (entry.get("token") or entry.get("apps")) for entry in entries):
        spot = used[0].setting.spot
        whole = SetConfig(("integrations", "github"), [*entries, ENTRY])
        yield Found(spot, f"{len(used)} locations on {GITHUB}, and no token for it", "a token or an app", whole, GITHUB)


RULE = Rule(
    module=__name__,
    title="GitHub integration token missing",
    severity="medium",
    wrong="The catalog reads templates from GitHub, and integrations.github has neither token nor app.",
    why="GitHub lets strangers ask 60 times an hour: locations fail by turns, and templates cannot publish.",
    fix="Add an integration whose token comes from a Secret.",
    sources=("https://backstage.io/docs/integrations/github/locations",),
    check=check,
)
