"""Stage registry."""

from collections.abc import Iterator

from installer.audit.about_plugins import npmrc_files
from installer.audit.effective import Plugin
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.knowledge.denied import denied_registry


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return one.package if denied_registry(one.package) is not None else None


TARBALLS = plugins_are(wrong, expected="the vendor's public registry")


def check(snapshot: Snapshot) -> Iterator[Found]:
    yield from TARBALLS(snapshot)
    for spot, key, facts in npmrc_files(snapshot) if snapshot.is_read(SECRET) else ():
        for scope, url in facts.registries.items():
            denial = denied_registry(url)
            if denial is not None:
                words = f"{scope or 'the default registry'}: {url}"
                yield Found(spot, words, denial.instead or "", key=f"{key} {scope}")


RULE = Rule(
    module=__name__,
    title="Stage registry",
    severity="medium",
    also=(SECRET,),
    wrong="Plugins are fetched from the vendor's stage registry.",
    why="Only the vendor's own network reaches it: elsewhere the init container waits and fails.",
    fix="Use the public registry of the same vendor.",
    sources=("configmaps/shared/denied.yaml",),
    check=check,
)
