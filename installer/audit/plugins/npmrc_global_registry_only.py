"""npmrc global registry only."""

from collections.abc import Iterator

from installer.audit.about_plugins import npmrc_files
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for spot, key, facts in npmrc_files(snapshot):
        default = facts.registries.get("", "").rstrip("/")
        scope = next((scope for scope, url in snapshot.release.npm_scopes.items() if url.rstrip("/") == default), None)
        others = [one.package for one in snapshot.plugins if one.enabled and one.npm and not _is_of(one.npm, scope)]
        if scope is not None and others:
            observed = f"registry={default} for all, also for {others[0]}"
            yield Found(spot, observed, f"{scope}:registry={default}", key=key)


def _is_of(name: str, scope: str | None) -> bool:
    return scope is not None and name.startswith(f"{scope}/")


RULE = Rule(
    module=__name__,
    title="npmrc global registry only",
    severity="high",
    reads=(SECRET,),
    wrong="The .npmrc of RHDH's installer sends every package to the vendor's registry, and others are on too.",
    why="That registry has the vendor's packages only: for all others it answers 404, and RHDH does not start.",
    fix="Map the vendor's scope alone.",
    sources=("https://docs.npmjs.com/cli/using-npm/scope#associating-a-scope-with-a-registry",),
    check=check,
)
