"""TLS verification off."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import dig, every
from installer.audit.profiles import SECURITY
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.shapes import variable_is_not
from installer.audit.snapshot import Snapshot

LOCATORS = ("kubernetes", "clusterLocatorMethods")
variable = variable_is_not(
    "NODE_TLS_REJECT_UNAUTHORIZED", lambda value: value == "0", expected="certificates are verified", value=None
)


def check(snapshot: Snapshot) -> Iterator[Found]:
    yield from variable(snapshot)
    for number, _ in every(snapshot.config, *LOCATORS):
        for index, cluster in every(snapshot.config, *LOCATORS, number, "clusters"):
            path = f"{'.'.join(LOCATORS)}[{number}].clusters[{index}].skipTLSVerify"
            setting = snapshot.setting(path) if dig(cluster, "skipTLSVerify") is True else None
            if setting is not None:
                key = f"kubernetes cluster {cluster.get('name') or index}"
                remedy = SetConfig(LOCATORS, dig(snapshot.config, *LOCATORS))
                yield Found(setting.spot, "skipTLSVerify: true", "skipTLSVerify: false", remedy, key)


RULE = Rule(
    module=__name__,
    title="TLS verification off",
    severity="high",
    profiles=SECURITY,
    wrong="RHDH takes any certificate, for all of its connections or for those to a cluster.",
    why="Whoever is in between reads and changes what RHDH sends, tokens included.",
    fix="Give RHDH the certificate authority (NODE_EXTRA_CA_CERTS, caData) and verify again.",
    sources=("https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue",),
    check=check,
)
