"""npmrc Secret wrong key/name."""

from collections.abc import Iterator

from installer.audit.about_plugins import npmrc, of_key
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

KEY = ".npmrc"


def check(snapshot: Snapshot) -> Iterator[Found]:
    found = npmrc(snapshot)
    keys = snapshot.keys(SECRET, found.name, found.namespace) if found is not None else None
    if found is not None and keys is not None and KEY not in keys:
        yield Found(of_key(found), f"its keys are {', '.join(sorted(keys)) or 'none'}", f"the key {KEY}", key=KEY)


RULE = Rule(
    module=__name__,
    title="npmrc Secret wrong key/name",
    severity="high",
    reads=(SECRET,),
    wrong="The Secret that RHDH's installer takes its .npmrc from has no key .npmrc.",
    why="The file is not mounted: npm goes to the public registry, and the vendor's packages are not there.",
    fix="Name the key .npmrc, with the dot.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
