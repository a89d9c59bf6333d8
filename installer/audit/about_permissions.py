"""What several rules about permissions share: the lines of RBAC's policies in ConfigMaps. Judges nothing.

Policies that people give in the portal are in its database, which nobody sees here.
"""

from collections.abc import Iterator

from installer.audit.kinds import CONFIG_MAP
from installer.audit.object import Object, text
from installer.audit.rule import Skip
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.model.dataclass import dataclass

FILE = "permission.rbac.policies-csv-file"
READ, USE = "orchestrator.workflow", "orchestrator.workflow.use"
# Up to RHDH 1.4; what they say now.
OBSOLETE = {
    "orchestrator.workflow.read": READ,
    "orchestrator.workflow.execute": USE,
    "orchestrator.workflowInstance.read": READ,
    "orchestrator.workflowInstances.read": READ,
    "orchestrator.workflowInstance.abort": USE,
}
_FIELDS = 5  # p, role, permission, action, effect


@dataclass(frozen=True)
class Policy:
    """One line `p, role, permission, action, effect`."""

    role: str
    permission: str
    action: str
    effect: str
    spot: Spot

    @property
    def words(self) -> str:
        return f"{self.role} {self.permission} {self.action} {self.effect}"

    @property
    def generic(self) -> str | None:
        """The permission for all workflows, where this one is for one workflow; None where it is not."""
        for name in (USE, READ):
            if self.permission == name or self.permission in OBSOLETE:
                return None
            if self.permission.startswith(f"{name}."):
                return name
        return None


def policies(snapshot: Snapshot) -> list[Policy]:
    """Every policy in ConfigMaps of RHDH's namespace. Raises Skip where a file is named and is in none of them."""
    setting = snapshot.setting(FILE)
    named = text(setting.value).rpartition("/")[2] if setting is not None else ""
    found: list[Policy] = []
    is_there = not named
    for one in snapshot.within(CONFIG_MAP, snapshot.namespace):
        for key in one.keys:
            is_there |= key == named
            found += _lines(one, key) if key == named or key.endswith(".csv") else ()
    if not is_there:
        raise Skip(f"the file of {FILE} is in no ConfigMap that was read")
    return found


def _lines(one: Object, key: str) -> Iterator[Policy]:
    written = one.written(key)
    for number, line in enumerate(written.characters.splitlines(), 1) if written is not None else ():
        parts = [part.strip().strip('"') for part in line.split(",")]
        if written is not None and parts[0] == "p" and len(parts) >= _FIELDS:
            _, role, permission, action, effect = parts[:_FIELDS]
            spot = Spot(one.ref, written.place_of_line(number), permission)
            yield Policy(role, permission, action, effect, spot)
