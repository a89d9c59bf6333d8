"""app.baseUrl ≠ backend.baseUrl host."""

from collections.abc import Iterator

from installer.audit.about_app_config import host, known
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    page, backend = snapshot.setting("app.baseUrl"), snapshot.setting("backend.baseUrl")
    ours, theirs = host(known(page)), host(known(backend))
    if backend is not None and ours and theirs and ours != theirs:
        observed = f"backend.baseUrl is of {theirs}, app.baseUrl of {ours}"
        yield Found(backend.spot, observed, ours, SetConfig(("backend", "baseUrl"), known(page)))


RULE = Rule(
    module=__name__,
    title="app.baseUrl ≠ backend.baseUrl host",
    severity="medium",
    wrong="app.baseUrl and backend.baseUrl name different hosts.",
    why="RHDH serves page and backend from one pod: with another host sign-in and cookies get lost between the two.",
    fix="Give both the same URL.",
    sources=("https://backstage.io/docs/conf/writing/",),
    check=check,
)
