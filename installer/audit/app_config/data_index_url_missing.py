"""dataIndexService absent."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

WITH_DEFAULTS = (1, 7)  # whose default file configures the URL itself
DEV = "orchestrator.sonataFlowService"
URL = "http://sonataflow-platform-data-index-service"


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.plugin("orchestrator-backend") is None or snapshot.setting(DATA_INDEX) or snapshot.setting(DEV):
        return
    if snapshot.defaults_unknown and snapshot.release.number >= WITH_DEFAULTS:
        raise Skip("the default plugins of this release, which may set the URL, are not at hand (--defaults FILE)")
    url = f"{URL}.{snapshot.namespace or '<namespace>'}"
    yield Found(snapshot.would_write(DATA_INDEX), "not set", url, SetConfig(tuple(DATA_INDEX.split(".")), url))


RULE = Rule(
    module=__name__,
    title="dataIndexService absent",
    severity="critical",
    wrong="The Orchestrator's backend is on, and nothing says where the data index is.",
    why="The plugin fails when the backend starts: the Orchestrator page has no workflows, and may stop the portal.",
    fix="Set orchestrator.dataIndexService.url to the Service of the data index, with its namespace.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/README.md",),
    check=check,
)
