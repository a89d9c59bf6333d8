"""dataIndexService.url points to missing Service."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX, known
from installer.audit.addresses import address
from installer.audit.finding import Found
from installer.audit.kinds import SERVICE
from installer.audit.object import every, number
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    setting = snapshot.setting(DATA_INDEX)
    found = address(known(setting))
    there = snapshot.observed(SERVICE)
    if setting is None or found is None or not found.name or found.is_loopback:
        return
    namespace = found.namespace or snapshot.namespace
    service = next((one for one in there if one.name == found.name and one.namespace == namespace), None)
    if service is None:
        observed = f"{known(setting)}: there is no Service {namespace}/{found.name}"
        yield Found(setting.spot, observed, "the Service of the data index")
        return
    ports = [number(each.get("port")) for _, each in every(service.data, "spec", "ports")]
    if found.port not in ports:
        observed = f"{known(setting)}: Service {namespace}/{found.name} has the ports {', '.join(map(str, ports))}"
        yield Found(setting.spot, observed, "a port of the Service")


RULE = Rule(
    module=__name__,
    title="dataIndexService.url points to missing Service",
    severity="critical",
    reads=(SERVICE,),
    wrong="The data index URL leads to a Service, or to a port of one, that is not there.",
    why="RHDH gets no answer: the Orchestrator page shows an error, and no workflow can be started.",
    fix="Write the URL of the Service that the platform made: <platform>-data-index-service.<namespace>.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
