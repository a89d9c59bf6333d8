"""sonataFlowService present with infra."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX
from installer.audit.finding import Found
from installer.audit.remedy import UnsetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SERVICE = ("orchestrator", "sonataFlowService")


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(".".join(SERVICE))
    if setting is not None and snapshot.setting(DATA_INDEX) is not None:
        observed = "orchestrator.sonataFlowService beside dataIndexService"
        yield Found(setting.spot, observed, "dataIndexService alone", UnsetConfig(SERVICE))


RULE = Rule(
    module=__name__,
    title="sonataFlowService present with infra",
    severity="high",
    wrong="orchestrator.sonataFlowService stands beside orchestrator.dataIndexService.",
    why="The backend then starts workflows itself, in a container on the developer's machine, which a pod cannot do.",
    fix="Take sonataFlowService out: it is for a laptop without a cluster.",
    sources=("https://github.com/redhat-developer/rhdh-plugins/blob/main/workspaces/orchestrator/README.md",),
    check=check,
)
