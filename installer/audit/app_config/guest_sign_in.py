"""Guest provider."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import text
from installer.audit.profiles import PRODUCTION_SECURITY
from installer.audit.remedy import UnsetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

GUEST = ("auth", "providers", "guest")


def check(snapshot: Snapshot) -> Iterator[Found]:
    guest = snapshot.setting(".".join(GUEST))
    if guest is not None:
        yield Found(guest.spot, "auth.providers.guest is set", "a provider that knows people", UnsetConfig(GUEST))
    page = snapshot.setting("signInPage")
    if page is not None and text(page.value) == "guest":
        yield Found(page.spot, "signInPage: guest", "a provider that knows people", UnsetConfig(("signInPage",)))


RULE = Rule(
    module=__name__,
    title="Guest provider",
    severity="high",
    profiles=PRODUCTION_SECURITY,
    wrong="People may sign in as guest.",
    why="Whoever reaches the page is in, and may start workflows where permissions do not stop him.",
    fix="Configure an identity provider, and take the guest provider out.",
    sources=("https://backstage.io/docs/auth/guest/provider",),
    check=check,
)
