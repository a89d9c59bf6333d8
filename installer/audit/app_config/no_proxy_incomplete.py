"""NO_PROXY incomplete."""

from collections.abc import Iterator

from installer.audit.about_app_config import DATA_INDEX, host, known
from installer.audit.finding import Found
from installer.audit.kinds import WORKFLOW
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "GLOBAL_AGENT_HTTP_PROXY")
EXCEPTIONS = ("NO_PROXY", "no_proxy", "GLOBAL_AGENT_NO_PROXY")


def check(snapshot: Snapshot) -> Iterator[Found]:
    known_ones = snapshot.variables
    proxy = next((one for one in PROXIES if one in {*known_ones.values, *known_ones.unknown}), None)
    unreadable = any(one in known_ones.unknown for one in EXCEPTIONS)
    if proxy is None or unreadable or known_ones.open:
        return
    name = next((one for one in EXCEPTIONS if one in known_ones.values), "NO_PROXY")
    listed = [one.strip() for one in known_ones.values.get(name, "").split(",") if one.strip()]
    missing = [one for one in dict.fromkeys(_hosts(snapshot)) if not _excepted(one, listed)]
    if missing:
        wanted = ",".join([*listed, *dict.fromkeys(f".{one.partition('.')[2] or one}" for one in missing)])
        spot = snapshot.variable_spot(name if name in known_ones.values else proxy)
        observed = f"{name} does not except {', '.join(missing)}"
        yield Found(spot, observed, f"{name}={wanted}", SetVariable(name, wanted), "exceptions")


def _hosts(snapshot: Snapshot) -> Iterator[str]:
    """What RHDH's backend calls inside of the cluster: the data index, and the workflows."""
    index = host(known(snapshot.setting(DATA_INDEX)))
    if index:
        yield index
    if snapshot.is_read(WORKFLOW):
        yield from (f"{one.name}.{one.namespace}" for one in snapshot.of(WORKFLOW) if one.namespace)


def _excepted(name: str, listed: list[str]) -> bool:
    """As proxies' clients read it: `*`, the host itself, or a domain that it ends with."""
    return any(one in ("*", name) or name.endswith(f".{one.removeprefix('*').lstrip('.')}") for one in listed)


RULE = Rule(
    module=__name__,
    title="NO_PROXY incomplete",
    severity="high",
    also=(WORKFLOW,),
    wrong="RHDH uses a proxy, and NO_PROXY does not except the namespaces of data index or workflows.",
    why="Calls inside of the cluster go to the proxy, which knows no Service: the Orchestrator page shows an error.",
    fix="Add the namespaces, with a dot before them, to NO_PROXY.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/configuring_red_hat_developer_hub",
    ),
    check=check,
)
