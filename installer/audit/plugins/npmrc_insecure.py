"""npmrc insecure."""

from collections.abc import Iterator

from installer.audit.about_plugins import npmrc_files
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for spot, key, facts in npmrc_files(snapshot):
        wrong = [*([] if facts.strict_tls else ["strict-ssl=false"]), *facts.plain_http]
        if wrong:
            yield Found(spot, ", ".join(wrong), "https, and certificates that are verified", key=key)


RULE = Rule(
    module=__name__,
    title="npmrc insecure",
    severity="high",
    profiles=SECURITY,
    reads=(SECRET,),
    wrong="The .npmrc of RHDH's installer switches the verification of certificates off, or names an http registry.",
    why="Whoever is in between can read the token and answer with packages of his own.",
    fix="Use https, with the certificate authority under cafile.",
    sources=("https://docs.npmjs.com/cli/using-npm/config#strict-ssl",),
    check=check,
)
