"""Email module without SMTP env."""

from collections.abc import Iterator

from installer.audit.about_plugins import unset, unset_names
from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

TRANSPORT = "notifications.processors.email.transportConfig"


def check(snapshot: Snapshot) -> Iterator[Found]:
    plugin = snapshot.plugin("notifications-email")
    if plugin is None:
        return
    names = unset_names(snapshot, plugin)
    yield from unset(plugin, names)
    if not names and not plugin.config and not snapshot.defaults_unknown and snapshot.setting(TRANSPORT) is None:
        yield Found(plugin.spot, f"{TRANSPORT} is not set", "a mail server", key="transport")


RULE = Rule(
    module=__name__,
    title="Email module without SMTP env",
    severity="medium",
    wrong="Notifications by mail are on, and nothing says through which server, or a variable for it is not set.",
    why="The module stops the backend when it starts, or no mail is ever sent.",
    fix="Give RHDH the variables from a Secret, or switch the module off.",
    sources=("https://github.com/backstage/backstage/tree/master/plugins/notifications-backend-module-email",),
    check=check,
)
