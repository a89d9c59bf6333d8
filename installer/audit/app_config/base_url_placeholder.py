"""baseUrl placeholder."""

from collections.abc import Iterator

from installer.audit.about_app_config import host, is_unrendered, known
from installer.audit.finding import Found
from installer.audit.kinds import ROUTE
from installer.audit.profiles import NOT_DEV
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PATHS = ("app.baseUrl", "backend.baseUrl")
PLACEHOLDERS = ("apps.example.com", "__RHDH_BASE_URL__", "<", ">")
LOOPBACK = ("localhost", "127.0.0.1")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for path in PATHS:
        setting = snapshot.setting(path)
        url = known(setting)
        if setting is None or not url:
            continue
        remedy = SetConfig(tuple(path.split(".")), "<URL of the portal>")
        if any(one in url for one in PLACEHOLDERS) or is_unrendered(snapshot, url):
            yield Found(setting.spot, url, "the portal's own URL", remedy)
        elif host(url) in LOOPBACK:
            yield Found(setting.spot, url, "the portal's own URL", remedy, profiles=NOT_DEV)
        elif url.startswith("http://") and host(url) in _with_tls(snapshot):
            yield Found(setting.spot, url, f"https://{host(url)}", SetConfig(remedy.path, f"https://{host(url)}"))


def _with_tls(snapshot: Snapshot) -> set[str]:
    """The hosts that a Route answers over TLS."""
    if not snapshot.is_read(ROUTE):
        return set()
    return {one.text("spec", "host") for one in snapshot.of(ROUTE) if one.mapping("spec", "tls")}


RULE = Rule(
    module=__name__,
    title="baseUrl placeholder",
    severity="critical",
    also=(ROUTE,),
    wrong="app.baseUrl or backend.baseUrl is a placeholder of an example, localhost, or http where TLS is served.",
    why="Sign-in leads elsewhere, links are broken, and the page asks a backend that is not there.",
    fix="Write the URL under which people open the portal.",
    sources=("https://backstage.io/docs/conf/writing/",),
    check=check,
)
