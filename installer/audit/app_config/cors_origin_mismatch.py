"""CORS origin mismatch."""

from collections.abc import Iterator

from installer.audit.about_app_config import is_rendered_later, is_unrendered, known, origin
from installer.audit.finding import Found
from installer.audit.object import strings
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.variables import is_known

ORIGIN = ("backend", "cors", "origin")


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(".".join(ORIGIN))
    page = known(snapshot.setting("app.baseUrl"))
    if setting is None or not is_known(setting.value):
        return
    given = [one for one in strings(setting.value) if not is_rendered_later(snapshot, one)]
    if is_rendered_later(snapshot, page):
        return
    right = SetConfig(ORIGIN, origin(page)) if origin(page) else None
    for one in given:
        if is_unrendered(snapshot, one) or one.endswith("/"):
            yield Found(setting.spot, one, origin(page) or "an origin, without slash or template", right, one)
            return
    if given and origin(page) and "*" not in given and origin(page) not in map(origin, given):
        yield Found(setting.spot, ", ".join(given), origin(page), right)


RULE = Rule(
    module=__name__,
    title="CORS origin mismatch",
    severity="high",
    wrong="backend.cors.origin is not the origin of app.baseUrl, ends with a slash, or is still a template.",
    why="The browser sends the portal's own calls with another origin, and the backend's answers are thrown away.",
    fix="Write the portal's URL without path and slash, as app.baseUrl has it.",
    sources=("https://backstage.io/docs/reference/backend-defaults.roothttprouterservicefactory",),
    check=check,
)
