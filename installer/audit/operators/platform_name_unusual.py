"""Platform name nonstandard."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX, known
from installer.audit.about_platform import SERVICES, USUAL_NAME
from installer.audit.addresses import address
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(DATA_INDEX)
    found = address(known(setting))
    if setting is None or found is None or found.name != f"{USUAL_NAME}-{SERVICES['dataIndex']}":
        return
    namespace = found.namespace or snapshot.namespace
    here = snapshot.within(PLATFORM, namespace)
    if any(one.name == USUAL_NAME for one in here):
        return
    for one in here:
        url = f"http://{one.name}-{SERVICES['dataIndex']}.{namespace}"
        observed = f"{one.name} in {namespace}, and RHDH asks {found.host}"
        yield Found(one.at("metadata", "name"), observed, url, SetConfig(tuple(DATA_INDEX.split(".")), url))


RULE = Rule(
    module=__name__,
    title="Platform name nonstandard",
    severity="high",
    reads=(PLATFORM,),
    wrong="The platform has another name than usual, and RHDH asks the data index of the usual name.",
    why="The operator names the data index's Service after its platform: RHDH asks a Service that is not there.",
    fix="Give dataIndexService.url the name of the platform that is there.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
