"""ext-config sync disabled."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT
from installer.audit.object import every, text
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

VARIABLES = ("EXT_CONF_SYNC_backstage", "WATCH_EXT_CONF_backstage")
CONTAINERS = ("spec", "template", "spec", "containers")


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour != "operator":
        return
    for one in snapshot.of(DEPLOYMENT):
        for index, container in every(one.data, *CONTAINERS):
            for number, variable in every(container, "env"):
                name, value = text(variable.get("name")), text(variable.get("value"))
                if name in VARIABLES and value.lower() == "false":
                    spot = one.at(*CONTAINERS, index, "env", number)
                    env = [{"name": name, "value": "true"}]
                    patch = {
                        "spec": {"template": {"spec": {"containers": [{"name": container.get("name"), "env": env}]}}}
                    }
                    yield Found(spot, f"{name}={value}", f"{name}=true", PatchObject(one.ref, patch), key=name)


RULE = Rule(
    module=__name__,
    title="ext-config sync disabled",
    severity="medium",
    reads=(DEPLOYMENT,),
    wrong="RHDH's operator is told not to look at the ConfigMaps and Secrets that a Backstage resource refers to.",
    why="A changed ConfigMap starts no rollout: the portal keeps its old configuration until somebody restarts it.",
    fix="Let the operator watch again (in its Subscription where OLM installs it), or restart RHDH after each change.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=check,
)
