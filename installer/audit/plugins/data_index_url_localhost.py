"""dataIndexService.url is localhost in cluster."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX, known
from installer.audit.addresses import address
from installer.audit.finding import Found
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SERVICE = "http://sonataflow-platform-data-index-service"


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(DATA_INDEX)
    found = address(known(setting))
    if setting is not None and found is not None and found.is_loopback:
        right = f"{SERVICE}.{snapshot.release.infrastructure_namespace or snapshot.namespace or '<namespace>'}"
        yield Found(setting.spot, known(setting), right, SetConfig(tuple(DATA_INDEX.split(".")), right))


RULE = Rule(
    module=__name__,
    title="dataIndexService.url is localhost in cluster",
    severity="critical",
    wrong="The data index URL is that of the machine itself.",
    why="In the pod nothing listens there: the Orchestrator page shows an error. It is left over from a laptop.",
    fix="Write the URL of the data index's Service.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/README.md",),
    check=check,
)
