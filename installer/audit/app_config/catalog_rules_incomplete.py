"""Catalog rules lack kinds."""

from collections.abc import Iterator

from installer.audit.about_app_config import Location, allowed, locations
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

RULES = "catalog.rules"
# What RHDH's own app-config lets in where nobody says otherwise.
BY_DEFAULT = frozenset({"Component", "System", "Group", "Resource", "Location", "Template", "API"})
BRINGS = {"template": "Template", "users": "User", "org": "User"}


def check(snapshot: Snapshot) -> Iterator[Found]:
    rules = snapshot.setting(RULES)
    let_in = allowed(rules.value) if rules is not None else BY_DEFAULT
    for one in locations(snapshot):
        kind = _kind(one)
        if kind and kind not in let_in | one.allowed:
            whole = [*(rules.value if rules is not None and isinstance(rules.value, list) else []), {"allow": [kind]}]
            observed = f"{one.target}: {kind} is not let in"
            yield Found(
                one.setting.spot,
                observed,
                f"a rule that allows {kind}",
                SetConfig(("catalog", "rules"), whole),
                one.target,
            )


def _kind(one: Location) -> str:
    """The kind of entities that a location is there for, by the name of its file; empty where it does not tell."""
    name = one.target.rstrip("/").rpartition("/")[2].partition(".")[0].lower()
    return BRINGS.get(name, "")


RULE = Rule(
    module=__name__,
    title="Catalog rules lack kinds",
    severity="medium",
    wrong="A location of the catalog brings entities of a kind that no rule lets in.",
    why="The catalog refuses them with a line in the log: the template or the people never appear.",
    fix="Allow the kind, with a rule of the location itself or in catalog.rules.",
    sources=("https://backstage.io/docs/features/software-catalog/configuration/#catalog-rules",),
    check=check,
)
